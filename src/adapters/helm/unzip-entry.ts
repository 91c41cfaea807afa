import { inflateRawSync } from 'node:zlib'

const directoryEnd = 0x06054b50
const directoryEntry = 0x02014b50
const localHeader = 0x04034b50

/**
 * The content of one member of a zip archive (PKWARE APPNOTE 6.3, 4.3: end record, central directory, local header).
 * Undefined: there is no such member. Zip64 and encryption are refused, as the one archive read has neither.
 */
export function unzipEntry(zip: Buffer, path: string): Buffer | undefined {
  const end = zip.lastIndexOf(Buffer.from(Uint32Array.of(directoryEnd).buffer))
  if (end < 0 || end + 22 > zip.length) throw new Error('this is no zip archive')
  const count = zip.readUInt16LE(end + 10)
  let at = zip.readUInt32LE(end + 16)
  for (let index = 0; index < count; index++) {
    if (zip.readUInt32LE(at) !== directoryEntry) throw new Error('the zip archive is damaged')
    const nameLength = zip.readUInt16LE(at + 28)
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    if (name === path) return readMember(zip, at)
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32)
  }
  return undefined
}

function readMember(zip: Buffer, entry: number): Buffer {
  const method = zip.readUInt16LE(entry + 10)
  const packedSize = zip.readUInt32LE(entry + 20)
  const size = zip.readUInt32LE(entry + 24)
  const local = zip.readUInt32LE(entry + 42)
  if (zip.readUInt32LE(local) !== localHeader) throw new Error('the zip archive is damaged')
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const packed = zip.subarray(start, start + packedSize)
  if (method === 0) return packed
  if (method !== 8) throw new Error(`the zip archive is packed by method ${method}`)
  return inflateRawSync(packed, { maxOutputLength: size })
}
