import { KnownError } from '../known-error.ts'

/** C0 and C1 controls but tab and newline, and the characters that turn the direction of writing. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/

/**
 * What an order says is read on terminals, in pull requests and in history, where such characters hide or forge
 * lines. Throws `KnownError` for the first text of an input that has one.
 */
export function requirePlainText(value: unknown, field = 'the order'): void {
  if (typeof value === 'string' && controls.test(value))
    throw new KnownError(`${field} has control characters, which can forge lines`, 'write it as plain text')
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) requirePlainText(item, Array.isArray(value) ? field : key)
}
