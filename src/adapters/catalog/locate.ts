import { isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml'
import type { FieldPath, SourcePosition, TextRange } from '../../core/domain/finding.ts'
import { readYamlTree } from './yaml-tree.ts'

/** Finds fields of one document's text again. */
export interface Locator {
  /** Where the value of a field stands, else the deepest part of the path that is there. */
  value(field: FieldPath): SourcePosition
  /** Where a part of a field's text stands; the whole value where the file writes that part in another way. */
  part(field: FieldPath, range: TextRange): SourcePosition
  /** Where the key of a field stands. */
  key(field: FieldPath): SourcePosition
  /** A scalar as it was written, without quotes resolved. */
  source(field: FieldPath): string | undefined
}

/** Parses the text anew: documents keep no syntax tree, as only findings need one. */
export function createLocator(text: string): Locator {
  const reading = readYamlTree(text)
  const root = reading.kind === 'read' ? reading.tree.contents : null
  const markOf = (node: ParsedNode | undefined): SourcePosition => {
    if (node === undefined) return positionOf(text, root?.range[0] ?? 0, root?.range[0] ?? 0)
    return positionOf(text, node.range[0], node.range[1])
  }
  const valueAt = (field: FieldPath): SourcePosition => {
    const { key, value } = find(root, field)
    return markOf(key !== undefined && value !== undefined && isBlock(text, value) ? key : (value ?? key))
  }
  return {
    value: valueAt,
    part: (field, range) => {
      const { value, complete } = find(root, field)
      const part = complete && isScalar(value) ? findPart(text, value, range) : undefined
      return part === undefined ? valueAt(field) : positionOf(text, part.start, part.end)
    },
    key: (field) => {
      const { key, value } = find(root, field)
      return markOf(key ?? value)
    },
    source: (field) => {
      const { value, complete } = find(root, field)
      return complete && value !== undefined && isScalar(value) ? value.source : undefined
    },
  }
}

interface Found {
  readonly key: ParsedNode | undefined
  readonly value: ParsedNode | undefined
  readonly complete: boolean
}

function find(root: ParsedNode | null, field: FieldPath): Found {
  let key: ParsedNode | undefined
  let node: ParsedNode | null = root
  for (const name of field) {
    const next = stepInto(node, name)
    if (next === undefined)
      return { key, value: node === root ? undefined : (node ?? undefined), complete: false }
    key = next.key
    node = next.value
  }
  return { key, value: node ?? undefined, complete: true }
}

function stepInto(node: ParsedNode | null, name: string | number) {
  if (isSeq(node) && typeof name === 'number') {
    const item = node.items[name]
    return item === undefined ? undefined : { key: undefined, value: item }
  }
  if (!isMap(node)) return undefined
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(name))
  return pair === undefined ? undefined : { key: pair.key, value: pair.value }
}

/** A part of a scalar's value in the source, found as the same occurrence of the same text. */
function findPart(
  text: string,
  { value, type, range }: Scalar.Parsed,
  { offset, length }: TextRange,
): { readonly start: number; readonly end: number } | undefined {
  if (typeof value !== 'string' || length === 0) return undefined
  const marked = value.slice(offset, offset + length)
  const written =
    type === 'QUOTE_DOUBLE'
      ? JSON.stringify(marked).slice(1, -1)
      : type === 'QUOTE_SINGLE'
        ? marked.replaceAll("'", "''")
        : marked
  const source = text.slice(range[0], range[1])
  let start = source.indexOf(written)
  for (let at = value.indexOf(marked); at >= 0 && at < offset; at = value.indexOf(marked, at + 1))
    start = start < 0 ? start : source.indexOf(written, start + 1)
  return start < 0 ? undefined : { start: range[0] + start, end: range[0] + start + written.length }
}

/** A block of several lines is named better by its key than by its first line. */
function isBlock(text: string, node: ParsedNode): boolean {
  if ((isMap(node) || isSeq(node)) && node.flow !== true) return true
  return text.slice(node.range[0], node.range[1]).trimEnd().includes('\n')
}

/** Line and column of an offset, marking up to `end` but not beyond the line. */
export function positionOf(text: string, start: number, end: number): SourcePosition {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1
  const newline = text.indexOf('\n', start)
  const lineEnd = newline < 0 ? text.length : newline
  const line = text.slice(lineStart, lineEnd)
  const length = Math.min(end, lineStart + line.trimEnd().length) - start
  return {
    line: countLines(text, lineStart) + 1,
    column: start - lineStart + 1,
    length: Math.max(length, 1),
    text: line.trimEnd(),
  }
}

function countLines(text: string, end: number): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}
