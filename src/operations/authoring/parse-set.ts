import type { Json } from '../../core/domain/cluster.ts'
import { KnownError } from '../known-error.ts'
import type { Path } from './edit-yaml.ts'

export interface Setting {
  readonly path: Path
  readonly value: Json
}

/** Beyond any list of values. */
const highestIndex = 1000

/**
 * `a.b=1,c[0]=x,d={e,f}` as `helm --set` reads it (https://helm.sh/docs/intro/using_helm/#the-format-and-limitations-of---set):
 * true, false, null and integers without leading zeros have their type, everything else is text; a backslash takes
 * the next character as it is. `isText`: as `--set-string`, all values are texts. Throws `KnownError`.
 */
export function parseSet(text: string, isText = false): readonly Setting[] {
  const settings: Setting[] = []
  let at = 0
  while (at < text.length) {
    const { path, end } = readPath(text, at)
    const { value, end: next } =
      text[end] === '{' ? readList(text, end, isText) : readValue(text, end, isText)
    settings.push({ path, value })
    at = next + 1
  }
  if (settings.length === 0) throw wrong(text, 'it is empty')
  return settings
}

/** `end`: the first character of the value. */
function readPath(text: string, start: number): { path: Path; end: number } {
  const path: (string | number)[] = []
  let at = start
  for (;;) {
    const name = readUntil(text, at, '.[=,')
    if (name.text === '' || name.text === '__proto__') throw wrong(text, 'a name is missing or not allowed')
    path.push(name.text)
    at = name.end
    while (text[at] === '[') {
      const [whole = '', digits = ''] = /^\[(\d{1,4})\]/.exec(text.slice(at)) ?? []
      if (whole === '' || Number(digits) > highestIndex)
        throw wrong(text, 'a place in a list is a number in […]')
      path.push(Number(digits))
      at += whole.length
    }
    const stop = text[at]
    if (stop === '=') return { path, end: at + 1 }
    if (stop !== '.') throw wrong(text, 'there is no = after the name')
    at++
  }
}

function readValue(text: string, start: number, isText: boolean): { value: Json; end: number } {
  const { text: value, end } = readUntil(text, start, ',')
  return { value: isText ? value : typed(value), end }
}

function readList(text: string, start: number, isText: boolean): { value: Json; end: number } {
  const items: Json[] = []
  let at = start + 1
  if (text[at] === '}') return { value: [], end: at + 1 }
  for (;;) {
    const { text: item, end } = readUntil(text, at, ',}')
    if (end >= text.length) throw wrong(text, 'a list has no } at its end')
    items.push(isText ? item : typed(item))
    at = end + 1
    if (text[end] === '}') return { value: items, end: at }
  }
}

function readUntil(text: string, start: number, stops: string): { text: string; end: number } {
  let read = ''
  let at = start
  for (; at < text.length && !stops.includes(text[at] ?? ''); at++) {
    if (text[at] === '\\') at++
    read += text[at] ?? ''
  }
  return { text: read, end: at }
}

/** `typedVal` of helm's strvals. */
function typed(text: string): Json {
  if (text === 'true') return true
  if (text === 'false') return false
  if (text === 'null') return null
  const number = Number(text)
  return /^(?:0|-?[1-9]\d*)$/.test(text) && Number.isSafeInteger(number) ? number : text
}

function wrong(text: string, why: string): KnownError {
  return new KnownError(
    `--set ${JSON.stringify(text)} can not be read: ${why}`,
    'write path=value, as helm takes it: image.tag=1.4.3',
  )
}
