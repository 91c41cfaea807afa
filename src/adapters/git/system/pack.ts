import { hash } from 'node:crypto'
import { deflateSync } from 'node:zlib'

import type { ObjectType } from '../object-format.ts'

/** An object as it stands in a pack: header and compressed body. */
export type PackedObject = Buffer

const typeCodes: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3 }

/** gitformat-pack(5): three bits of type and four of size in the first byte, then seven bits of size a byte. */
export function packObject(type: ObjectType, body: Buffer): PackedObject {
  const header = [(typeCodes[type] << 4) | (body.length & 15)]
  for (let rest = Math.floor(body.length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    header[header.length - 1] = (header.at(-1) ?? 0) | 128
    header.push(rest & 127)
  }
  return Buffer.concat([Buffer.from(header), deflateSync(body, { level: 1 })])
}

/** A whole pack, version 2, without deltas. */
export function encodePack(objects: readonly PackedObject[]): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1')
  head.writeUInt32BE(objects.length, 8)
  const content = Buffer.concat([head, ...objects])
  return Buffer.concat([content, Buffer.from(hash('sha1', content), 'hex')])
}
