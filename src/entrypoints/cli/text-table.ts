import type { Style } from './style.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** A cell: text, and the meaning that colours it. */
export type Cell = string | { readonly text: string; readonly as: keyof Style }

export interface TableOptions {
  /** Longer lines lose the end of their last cell; undefined: nothing is cut. */
  readonly width: number | undefined
  readonly style: Style
}

const gap = 2

/** Columns as kubectl aligns them: two spaces apart, titles in capitals, no trailing spaces. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, style }: TableOptions,
): string {
  const widths = columns.map((column, at) =>
    Math.max(lengthOf(column.title), ...rows.map((row) => lengthOf(textOf(row[at] ?? '')))),
  )
  const lines = [columns.map(({ title }) => ({ text: title, as: 'quiet' as const })), ...rows]
  return lines.map((cells) => `${formatRow(cells, columns, widths, { width, style })}\n`).join('')
}

function formatRow(
  cells: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  { width, style }: TableOptions,
): string {
  let line = ''
  let used = 0
  for (const [at, column] of columns.entries()) {
    const isLast = at === columns.length - 1
    const cell = cells[at] ?? ''
    const room = isLast && width !== undefined ? Math.max(8, width - used) : undefined
    const text = cut(textOf(cell), room)
    const padding = ' '.repeat(Math.max(0, (widths[at] ?? 0) - lengthOf(text)))
    const painted = typeof cell === 'string' ? text : style[cell.as](text)
    line += column.align === 'right' ? padding + painted : isLast ? painted : painted + padding
    if (!isLast) line += ' '.repeat(gap)
    used += (widths[at] ?? 0) + gap
  }
  return line.trimEnd()
}

function textOf(cell: Cell): string {
  return (typeof cell === 'string' ? cell : cell.text).replaceAll(/\s+/g, ' ').trim()
}

function cut(text: string, room: number | undefined): string {
  const letters = Array.from(text)
  return room === undefined || letters.length <= room ? text : `${letters.slice(0, room - 1).join('')}…`
}

function lengthOf(text: string): number {
  return Array.from(text).length
}
