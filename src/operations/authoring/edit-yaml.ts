import { isMap, isScalar, isSeq, type Pair, parse, parseDocument, type ParsedNode, type YAMLMap } from 'yaml'
import type { Json } from '../../core/domain/cluster.ts'
import { isObject } from '../../core/expressions/json-tree.ts'
import { emitYaml } from '../../core/render/emit-yaml.ts'

/** A field of a document: keys of mappings, places in lists. */
export type Path = readonly (string | number)[]

type Mapping = YAMLMap.Parsed
type Field = Pair<ParsedNode, ParsedNode | null>

/**
 * One valid YAML document with a field set. Every other byte stays: comments, quotes, blank lines and order. What is
 * missing on the way to the field is made, at the end of what is there. A list takes a place that it has, or the next.
 * Throws `RangeError` for a place far beyond the end of a list.
 */
export function setField(text: string, path: Path, value: Json): string {
  const root = read(text)
  if (root === null) return `${text}${blockOf(nested(path, value))}\n`
  let node: ParsedNode = root
  for (const [depth, name] of path.entries()) {
    const rest = path.slice(depth + 1)
    const step = stepInto(node, name)
    if (step === undefined) return insert(text, node, name, nested(rest, value))
    const child: ParsedNode | null = step.value
    if (rest.length === 0 || !holds(child, rest[0])) return replace(text, step, nested(rest, value))
    node = child
  }
  return text
}

/** The document without a field, and without what holds nothing else; the same text where there is no such field. */
export function removeField(text: string, path: Path): string {
  const name = path.at(-1)
  const parent = path.slice(0, -1).reduce<ParsedNode | null>((node, key) => {
    return node === null ? null : (stepInto(node, key)?.value ?? null)
  }, read(text))
  if (!isMap(parent) || name === undefined) return text
  const map: Mapping = parent
  const pair = map.items.find(({ key }) => isNamed(key, name))
  if (pair === undefined) return text
  if (map.items.length === 1 && path.length > 1) return removeField(text, path.slice(0, -1))
  if (map.flow === true) {
    const others = map.items.filter((item) => item !== pair)
    const parts = others.map((item) => text.slice(item.key.range[0], endOf(item)))
    return splice(text, map.range[0], map.range[1], `{ ${parts.join(', ')} }`)
  }
  return splice(text, lineStart(text, pair.key.range[0]), lineEnd(text, endOf(pair)), '')
}

/** A text of several lines, each further to the right; empty ones stay empty. */
function indented(text: string, indent: string): string {
  return text.replaceAll(/^(?=.)/gm, indent)
}

/** A field with lines of YAML that were written elsewhere, with their comments; in a flow mapping, with their value. */
export function setBlock(text: string, path: Path, block: string): string {
  const marked = setField(text, path, { [blockMark]: null })
  const [line, indent] = new RegExp(`^( *)${blockMark}: null$`, 'm').exec(marked) ?? []
  const plain: Json = parse(block)
  if (line === undefined || indent === undefined) return setField(text, path, plain)
  return marked.replace(line, () => indented(block.trimEnd(), indent))
}

/** Stands where lines go, so that only one function knows how a place is found. */
const blockMark = 'halctl-lines-go-here'

function read(text: string): ParsedNode | null {
  const { contents, errors } = parseDocument(text, { version: '1.2', uniqueKeys: false, logLevel: 'silent' })
  if (errors[0]) throw errors[0]
  return contents
}

interface FieldStep {
  readonly kind: 'field'
  readonly pair: Field
  readonly value: ParsedNode | null
  readonly flow: boolean
}

interface ItemStep {
  readonly kind: 'item'
  readonly value: ParsedNode
  readonly flow: boolean
}

type Step = FieldStep | ItemStep

function stepInto(node: ParsedNode, name: string | number): Step | undefined {
  if (isSeq(node)) {
    const value = typeof name === 'number' ? node.items[name] : undefined
    return value === undefined ? undefined : { kind: 'item', value, flow: node.flow === true }
  }
  if (!isMap(node)) return undefined
  const map: Mapping = node
  const pair = map.items.find(({ key }) => isNamed(key, name))
  return pair === undefined ? undefined : { kind: 'field', pair, value: pair.value, flow: map.flow === true }
}

function isNamed(key: ParsedNode, name: string | number): boolean {
  return isScalar(key) && String(key.value) === String(name)
}

/** Whether a field can be looked for in a node: a list has places, a mapping has keys. */
function holds(node: ParsedNode | null, name: string | number | undefined): node is ParsedNode {
  return typeof name === 'number' ? isSeq(node) : isMap(node)
}

/** `a.b[0]` holding a value, as the value of its own. */
function nested(path: Path, value: Json): Json {
  return path.reduceRight<Json>((inner, name) => {
    if (typeof name === 'string') return { [name]: inner }
    if (name > 0) throw new RangeError('a new list begins with its first item')
    return [inner]
  }, value)
}

function replace(text: string, step: Step, value: Json): string {
  const { value: node, flow } = step
  const isShort = isScalar(node) && !node.type?.startsWith('BLOCK')
  const isEmpty = node === null || (isShort && node.range[0] === node.range[1])
  if (!isEmpty && (flow || (isShort && (isAtom(value) || step.kind === 'item'))))
    return splice(text, node.range[0], node.range[1], inline(value, flow, node))
  if (step.kind === 'field') return replaceField(text, step, isEmpty ? null : node, value)
  const start = step.value.range[0]
  const lines = indented(blockOf(value), ' '.repeat(columnOf(text, start))).trimStart()
  return splice(text, start, contentEnd(text, step.value), isAtom(value) ? atom(value) : lines)
}

/** Writes a field anew from its colon on. A comment behind the colon stays on that line. */
function replaceField(text: string, { pair, flow }: FieldStep, node: ParsedNode | null, value: Json): string {
  const keyEnd = pair.key.range[1]
  const colonEnd = keyEnd + (/^\s*:/.exec(text.slice(keyEnd))?.[0].length ?? 0)
  const between = node === null ? '' : text.slice(colonEnd, node.range[0])
  const comment = /^[^\n]*/.exec(between)?.[0].trimEnd() ?? ''
  const end = node === null ? colonEnd : contentEnd(text, node)
  if (flow || isAtom(value)) return splice(text, keyEnd, end, `: ${inline(value, flow, null)}${comment}`)
  const indent = ' '.repeat(columnOf(text, pair.key.range[0]) + 2)
  return splice(text, keyEnd, end, `:${comment}\n${indented(blockOf(value), indent)}`)
}

function insert(text: string, node: ParsedNode, name: string | number, value: Json): string {
  if (isSeq(node)) {
    if (name !== node.items.length)
      throw new RangeError(`a list of ${node.items.length} has no place ${name}`)
    const last = node.items.at(-1)
    if (node.flow === true || last === undefined)
      return splice(
        text,
        last ? endOfNode(last) : node.range[0] + 1,
        node.range[1] - 1,
        `${last ? ', ' : ''}${JSON.stringify(value)}`,
      )
    const dash = ' '.repeat(columnOf(text, node.range[0]))
    return addLines(text, endOfNode(last), indented(blockOf([value]), dash))
  }
  if (!isMap(node)) throw new RangeError(`there is nothing that ${name} could be a field of`)
  const map: Mapping = node
  const last = map.items.at(-1)
  const [first] = map.items
  if (map.flow === true || last === undefined || first === undefined) {
    const written = `${isWord(String(name)) ? name : JSON.stringify(String(name))}: ${JSON.stringify(value)}`
    const [from, to] = last ? [endOf(last), map.range[1] - 1] : [map.range[0] + 1, map.range[1] - 1]
    return splice(text, from, to, `${last ? ', ' : ' '}${written} `)
  }
  const indent = ' '.repeat(columnOf(text, first.key.range[0]))
  return addLines(text, endOf(last), indented(blockOf({ [name]: value }), indent))
}

/** Puts lines after the one in which a place is. */
function addLines(text: string, after: number, lines: string): string {
  const at = lineEnd(text, after)
  const lead = at > 0 && text[at - 1] !== '\n' ? '\n' : ''
  return splice(text, at, at, `${lead}${lines}\n`)
}

function isAtom(value: Json): value is string | number | boolean | null {
  return typeof value !== 'object' || value === null || Object.keys(value).length === 0
}

/** A value as block YAML, without the line feed at its end. */
function blockOf(value: Json): string {
  if (isObject(value)) return emitYaml([value]).trimEnd()
  return emitYaml([{ x: value }])
    .replace(/^x:\s*/, '')
    .trimEnd()
}

function atom(value: Json): string {
  return typeof value === 'string' && value.includes('\n') ? JSON.stringify(value) : blockOf(value)
}

/** A value on one line, in the quotes that were there. */
function inline(value: Json, flow: boolean, before: ParsedNode | null): string {
  if (typeof value !== 'string') return isAtom(value) && !flow ? blockOf(value) : JSON.stringify(value)
  const style = isScalar(before) ? before.type : undefined
  if (style === 'QUOTE_SINGLE' && !/[\n\\]/.test(value)) return `'${value.replaceAll("'", "''")}'`
  if (style === 'PLAIN' && isWord(value)) return value
  return flow || style === 'QUOTE_DOUBLE' ? JSON.stringify(value) : atom(value)
}

/** Whether a text may stand without quotes anywhere, and is the same text to readers of YAML 1.1 and 1.2. */
function isWord(text: string): boolean {
  return (
    /^[A-Za-z0-9][\w.+-]*$/.test(text) && parse(text) === text && parse(text, { version: '1.1' }) === text
  )
}

/** Where the visible text of a field ends. */
function endOf({ key, value }: Field): number {
  return value === null ? key.range[1] + 1 : Math.max(endOfNode(value), key.range[1] + 1)
}

/** Ranges of block collections reach over blank lines and comments that follow: their last part does not. */
function endOfNode(node: ParsedNode): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1)
    return last ? endOf(last) : node.range[1]
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1)
    return last ? endOfNode(last) : node.range[1]
  }
  return node.range[1]
}

/** The end without the line feed that a block scalar includes. */
function contentEnd(text: string, node: ParsedNode): number {
  const end = endOfNode(node)
  return text[end - 1] === '\n' ? end - 1 : end
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

/** The start of the next line; a place at the start of a line is there already. */
function lineEnd(text: string, at: number): number {
  if (at > 0 && text[at - 1] === '\n') return at
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end + 1
}

function columnOf(text: string, at: number): number {
  return at - lineStart(text, at)
}

function splice(text: string, from: number, to: number, written: string): string {
  return `${text.slice(0, from)}${written}${text.slice(to)}`
}
