import { deceivingCharacters } from '../../operations/deceiving-characters.ts'

/**
 * Names and messages come from repositories that many people write to. On a terminal their control characters
 * could hide or forge lines, so escape sequences, C0 and C1 controls but tab and newline, and the characters
 * that turn the direction of writing are taken out.
 */
export function cleanText(text: string): string {
  // Every sequence begins with a control character, and nearly no text has one.
  if (text.search(deceivingCharacters) === -1) return text
  return text.replaceAll(escapeSequences, '').replaceAll(deceivingCharacters, '')
}

/** ECMA-48 control sequences (CSI), operating system commands and other strings up to their end, and two-byte escapes. */
const escapeSequences =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[PX\]^_]|[\u0090\u0098\u009d\u009e\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]?/g

/** The same value with every string in it cleaned. */
export function cleanValue<Value>(value: Value): Value
export function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map((item) => cleanValue<unknown>(item))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [cleanText(key), cleanValue<unknown>(item)]),
  )
}
