import { deceivingCharacters } from '../deceiving-characters.ts'
import { KnownError } from '../known-error.ts'

/**
 * What an order says is read on terminals, in pull requests and in history, where such characters hide or forge
 * lines. Throws `KnownError` for the first text of an input that has one.
 */
export function requirePlainText(value: unknown, field = 'the order'): void {
  if (typeof value === 'string' && value.search(deceivingCharacters) !== -1)
    throw new KnownError(`${field} has control characters, which can forge lines`, 'write it as plain text')
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) requirePlainText(item, Array.isArray(value) ? field : key)
}
