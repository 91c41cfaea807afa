import type { Json, JsonObject } from '../domain/cluster.ts'
import { isList } from '../expressions/json-tree.ts'

/**
 * Writes JSON-like trees as YAML block style: keys in the order given, two spaces, sequences on their key's
 * column as kubectl prints them. Every scalar reads back as the same value in YAML 1.1 (Go's sigs.k8s.io/yaml,
 * which Flux uses) and in YAML 1.2. Documents are separated by `---`. Equal trees give equal bytes.
 * Throws RangeError for a number that JSON can not hold.
 */
export function emitYaml(documents: readonly JsonObject[]): string {
  let text = ''
  for (const document of documents) {
    if (text !== '') text += '---\n'
    text += isEmpty(document) ? '{}\n' : mapping(document, '')
  }
  return text
}

/** The first key stands where the caller left the line; the others start their own with `indent`. */
function mapping(object: JsonObject, indent: string): string {
  let text = ''
  let lead = ''
  for (const key of Object.keys(object)) {
    text += lead + keyText(key, indent) + childText(object[key] ?? null, indent)
    lead = indent
  }
  return text
}

function sequence(items: readonly Json[], indent: string): string {
  let text = ''
  let lead = ''
  for (const item of items) {
    text += lead + '-' + itemText(item, indent)
    lead = indent
  }
  return text
}

function childText(value: Json, indent: string): string {
  if (typeof value === 'string') return ' ' + stringText(value, indent) + '\n'
  if (typeof value !== 'object' || value === null) return ' ' + atomText(value) + '\n'
  if (isList(value)) return value.length === 0 ? ' []\n' : '\n' + indent + sequence(value, indent)
  const deeper = indent + '  '
  return isEmpty(value) ? ' {}\n' : '\n' + deeper + mapping(value, deeper)
}

function itemText(value: Json, indent: string): string {
  if (typeof value === 'string') return ' ' + stringText(value, indent) + '\n'
  if (typeof value !== 'object' || value === null) return ' ' + atomText(value) + '\n'
  if (isList(value)) return value.length === 0 ? ' []\n' : ' ' + sequence(value, indent + '  ')
  return isEmpty(value) ? ' {}\n' : ' ' + mapping(value, indent + '  ')
}

function atomText(value: null | boolean | number): string {
  if (typeof value !== 'number') return String(value)
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no JSON number`)
  const text = String(value === 0 ? 0 : value)
  // YAML 1.1 takes 1e+21 for a string: its floats need a point.
  return value < 1e21 && value > -1e21 && !text.includes('e') ? text : text.replace(/^(-?\d+)e/, '$1.0e')
}

/** Letters first, then printable ASCII without `: `, ` #` or a blank at the end: nothing but a word list can be misread. */
const plain = /^(?:[A-Za-z_/]|\.\/)(?:[!-9;-~]|:(?=[!-~])| (?=[!"$-~]))*$/
/** What YAML 1.1 reads as a boolean, null or (`e0`, a float without digits) a number, in any case. */
const reserved = /^(?:y|n|yes|no|on|off|true|false|null|e[-+]?[0-9_]+)$/i
/** Durations and quantities, which no YAML version reads as a number. */
const quantity = /^[1-9][0-9]{0,8}(?:ms|[smh]|[KMG]i)$/

function isPlain(text: string): boolean {
  return plain.test(text) ? !reserved.test(text) : quantity.test(text)
}

/** Line breaks of YAML 1.1, byte order marks and what reviewers could not see (C1 controls, bidirectional overrides). */
const invisible =
  /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]/g
const unprintable =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff]|\p{Surrogate}/u

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    invisible,
    (character) => '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0'),
  )
}

function stringText(text: string, indent: string): string {
  const known = shortTexts.get(text)
  if (known !== undefined) return known
  if (text.includes('\n') && isLiteral(text)) return literal(text, indent + '  ')
  const written = isPlain(text) ? text : quoted(text)
  if (text.length <= longestShortText) remember(shortTexts, text, written)
  return written
}

/** Whether a literal block holds the text exactly: it starts with a visible character and no line ends in a blank. */
function isLiteral(text: string): boolean {
  return /^[^\s]/.test(text) && !/[ \t](?:\n|$)|\n\t/.test(text) && !unprintable.test(text)
}

function literal(text: string, indent: string): string {
  const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') ? '+' : ''
  const body = text.endsWith('\n') ? text.slice(0, -1) : text
  return '|' + chomp + '\n' + indent + body.replace(/\n(?!\n|$)/g, '\n' + indent)
}

/** Rendered objects say the same few things again and again: looking a text up is cheaper than judging it. */
const keyTexts = new Map<string, string>()
const shortTexts = new Map<string, string>()
const longestShortText = 64
const rememberedTexts = 10_000

function remember(texts: Map<string, string>, text: string, written: string): void {
  if (texts.size >= rememberedTexts) texts.clear()
  texts.set(text, written)
}

/** Parsers give up on a key without `?` after 1024 characters (YAML 1.2.2, 7.4). */
const longestImplicitKey = 1000

function keyText(key: string, indent: string): string {
  const known = keyTexts.get(key)
  if (known !== undefined) return known
  const text = isPlain(key) ? key : quoted(key)
  if (text.length > longestImplicitKey) return '? ' + text + '\n' + indent + ':'
  remember(keyTexts, key, text + ':')
  return text + ':'
}

function isEmpty(object: JsonObject): boolean {
  for (const _ in object) return false
  return true
}
