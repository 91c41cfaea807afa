import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { crc32 } from 'node:zlib'
import { parse } from 'yaml'

export interface PackedChart {
  readonly name: string
  readonly version: string
  /** A gzipped tar as Helm reads it: `<name>-<version>.tgz`. */
  readonly archive: Uint8Array
  /** `sha256:` and 64 hex digits, of the archive. */
  readonly digest: string
}

/**
 * Packs a chart's folder so that equal files give equal bytes on every machine: sorted names, no times, no
 * owners, and no compression, as deflate's output differs between builds of zlib.
 */
export async function packChart(folder: string): Promise<PackedChart> {
  const { name, version } = await readChartFile(folder)
  const paths = await listFiles(folder)
  const entries = await Promise.all(
    paths.map(async (path) => tarEntry(`${name}/${path}`, await readFile(join(folder, path)))),
  )
  const archive = gzipStored(Buffer.concat([...entries, Buffer.alloc(1024)]))
  return { name, version, archive, digest: `sha256:${createHash('sha256').update(archive).digest('hex')}` }
}

async function readChartFile(folder: string): Promise<{ readonly name: string; readonly version: string }> {
  const chart: unknown = parse(await readFile(join(folder, 'Chart.yaml'), 'utf8'))
  const { name, version } = chart as { name: unknown; version: unknown }
  if (typeof name !== 'string' || typeof version !== 'string') throw new Error(`${folder}/Chart.yaml lacks name or version`)
  return { name, version }
}

/** `Chart.yaml` goes first, as in Helm's own archives; the rest by name. */
async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
  const rank = (path: string): string => (path === 'Chart.yaml' ? '' : path)
  return paths.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

/** A ustar header and the content in blocks of 512 bytes (POSIX.1-2024, pax, "ustar Interchange Format"). */
function tarEntry(path: string, content: Uint8Array): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`the path is too long for an archive: ${path}`)
  const header = Buffer.alloc(512)
  const put = (offset: number, text: string): number => header.write(text, offset, 'utf8')
  put(0, path)
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, `${octal(content.length, 11)}\0`)
  put(136, `${octal(0, 11)}\0`)
  put(148, ' '.repeat(8))
  put(156, '0')
  put(257, 'ustar\u000000')
  put(148, `${octal(header.reduce((sum, byte) => sum + byte, 0), 6)}\0 `)
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)])
}

function octal(value: number, width: number): string {
  return value.toString(8).padStart(width, '0')
}

/** The largest stored block of deflate (RFC 1951, 3.2.4). */
const storedBlock = 0xffff

/** A gzip member (RFC 1952) of stored blocks, without name or time. */
function gzipStored(content: Buffer): Buffer {
  const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
  const count = Math.max(1, Math.ceil(content.length / storedBlock))
  const blocks = Array.from({ length: count }, (_, index) => {
    const block = content.subarray(index * storedBlock, (index + 1) * storedBlock)
    const head = Buffer.alloc(5)
    head.writeUInt8(index === count - 1 ? 1 : 0, 0)
    head.writeUInt16LE(block.length, 1)
    head.writeUInt16LE(block.length ^ 0xffff, 3)
    return Buffer.concat([head, block])
  })
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(content), 0)
  trailer.writeUInt32LE(content.length, 4)
  return Buffer.concat([header, ...blocks, trailer])
}
