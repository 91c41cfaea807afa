import type { Style } from './style.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** A cell: text, the meaning that colours it, and what stands for it where it would be cut. */
export type Cell = string | { readonly text: string; readonly as?: keyof Style; readonly short?: string }

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
    const text = cut(fit(cell, room), room)
    const padding = ' '.repeat(Math.max(0, (widths[at] ?? 0) - lengthOf(text)))
    const painted = typeof cell === 'string' || !cell.as ? text : style[cell.as](text)
    line += column.align === 'right' ? padding + painted : isLast ? painted : painted + padding
    if (!isLast) line += ' '.repeat(gap)
    used += (widths[at] ?? 0) + gap
  }
  return line.trimEnd()
}

function textOf(cell: Cell): string {
  return oneLine(typeof cell === 'string' ? cell : cell.text)
}

function fit(cell: Cell, room: number | undefined): string {
  const text = textOf(cell)
  if (typeof cell === 'string' || cell.short === undefined) return text
  return room === undefined || lengthOf(text) <= room ? text : oneLine(cell.short)
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

/** Breaks a text between words; lines after the first are indented. A word longer than a line stays whole. */
export function wrapText(
  text: string,
  { width, indent }: { readonly width: number | undefined; readonly indent: number },
): string {
  const room = width === undefined ? Infinity : Math.max(20, width - indent)
  const lines = ['']
  for (const word of oneLine(text).split(' ')) {
    const line = lines.at(-1) ?? ''
    const longer = line === '' ? word : `${line} ${word}`
    if (line === '' || lengthOf(longer) <= room) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.join(`\n${' '.repeat(indent)}`)
}

function cut(text: string, room: number | undefined): string {
  const letters = Array.from(text)
  return room === undefined || letters.length <= room ? text : `${letters.slice(0, room - 1).join('')}…`
}

function lengthOf(text: string): number {
  return Array.from(text).length
}
