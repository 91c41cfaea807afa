import { isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml'
import type { Json } from '../../core/domain/cluster.ts'
import type { FieldPath } from '../../core/domain/finding.ts'
import { nestingCap, readYamlTree, type YamlProblem } from './yaml-tree.ts'

export type YamlReading =
  | { readonly kind: 'read'; readonly value: Json }
  | { readonly kind: 'refused'; readonly problems: readonly YamlProblem[] }

/** The value of a YAML text as JSON data, or every reason why it has none. */
export function readYaml(text: string): YamlReading {
  const reading = readYamlTree(text)
  if (reading.kind === 'refused') return reading
  const problems: YamlProblem[] = []
  const value = toJson(reading.tree.contents, [], problems)
  return problems.length === 0
    ? { kind: 'read', value }
    : { kind: 'refused', problems: problems.slice(0, 20) }
}

type Report = (problem: YamlProblem) => void

function toJson(node: ParsedNode | null, field: FieldPath, problems: YamlProblem[]): Json {
  if (node === null) return null
  const report: Report = (problem) => problems.push(problem)
  if (field.length > nestingCap) {
    report({
      ...mark(node),
      field,
      message: `nested more than ${nestingCap} levels deep`,
      remedy: 'flatten it',
    })
    return null
  }
  if (isScalar(node)) return scalarToJson(node, field, report)
  if (isSeq(node)) return node.items.map((item, index) => toJson(item, [...field, index], problems))
  if (!isMap(node)) throw new Error('a YAML alias passed the scan')
  const entries: [string, Json][] = []
  const seen = new Set<string>()
  for (const { key, value } of node.items) {
    const name = readKey(key, seen, field, report)
    if (name !== undefined) entries.push([name, toJson(value, [...field, name], problems)])
  }
  return Object.fromEntries(entries)
}

function readKey(key: ParsedNode, seen: Set<string>, field: FieldPath, report: Report): string | undefined {
  const name = isScalar(key) ? String(key.value) : ''
  const fault = (message: string, remedy: string): undefined => {
    report({ ...mark(key), field: [...field, name], message, remedy })
  }
  if (name === '__proto__') return fault('the key __proto__ is refused', 'rename it')
  if (!isCleanText(name)) return fault('the key holds a NUL or broken character', 'remove it')
  if (seen.has(name)) return fault(`the key ${name} is there twice`, 'remove one of the two')
  seen.add(name)
  return name
}

function scalarToJson(node: Scalar.Parsed, field: FieldPath, report: Report): Json {
  const { value, source } = node
  const fault = (message: string, remedy: string): null => {
    report({ ...mark(node), field, message, remedy })
    return null
  }
  if (typeof value === 'string') {
    return isCleanText(value) ? value : fault('the text holds a NUL or broken character', 'remove it')
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value))
      return fault(`${source} is not a number that JSON has`, `for the text, quote it: "${source}"`)
    if (/^[-+0-9]\w*$/.test(source) && !Number.isSafeInteger(value)) {
      return fault(`the integer ${source} is beyond 2^53 and would lose digits`, `quote it: "${source}"`)
    }
    return value
  }
  if (value === null || typeof value === 'boolean') return value
  throw new Error(`the core schema has no ${typeof value}`)
}

function isCleanText(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function mark(node: ParsedNode): { start: number; end: number } {
  const [start, end] = node.range
  return { start, end }
}
