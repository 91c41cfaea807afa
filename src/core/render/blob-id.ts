import { sha1 } from '@noble/hashes/legacy.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'

/** The id that Git gives a file with this text (gitformat-pack(5): SHA-1 of `blob <length>\0` and the bytes). */
export function blobId(text: string): string {
  const body = utf8ToBytes(text)
  const digest = sha1(concatBytes(utf8ToBytes(`blob ${body.length}\0`), body))
  // Joined, as ids are kept by the thousand: a text that grew byte by byte takes twenty times the memory.
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
