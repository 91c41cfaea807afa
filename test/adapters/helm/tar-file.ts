import { gzipSync } from 'node:zlib'

export interface Member {
  readonly path: string
  readonly content?: string | Uint8Array
  /** ustar's typeflag; default: a file. */
  readonly type?: string
  readonly link?: string
}

/** A gzipped ustar archive of any members, also of ones that no honest packer writes. */
export function tarFile(members: readonly Member[]): Buffer {
  return gzipSync(Buffer.concat([...members.map(member), Buffer.alloc(1024)]))
}

function member({ path, content = '', type = '0', link = '' }: Member): Buffer {
  const body = Buffer.from(content)
  const header = Buffer.alloc(512)
  header.write(path, 0)
  header.write('0000644\0', 100)
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write(`${'0'.padStart(11, '0')}\0`, 136)
  header.write(' '.repeat(8), 148)
  header.write(type, 156)
  header.write(link, 157)
  header.write('ustar\u000000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}
