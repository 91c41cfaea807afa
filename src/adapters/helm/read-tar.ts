/** One member of an archive, as its header says. */
export interface TarEntry {
  readonly path: string
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly content: Uint8Array
}

const block = 512

/**
 * Members of a tar archive in order (POSIX.1-2024 pax, "ustar Interchange Format", and GNU's long names).
 *
 * @throws TarError for bytes that are no such archive: readers must not differ in what they see
 */
export function* readTar(bytes: Uint8Array): Generator<TarEntry> {
  let longPath: string | undefined
  for (let at = 0; ;) {
    const header = bytes.subarray(at, at + block)
    if (header.length < block) throw new TarError('it ends in the middle')
    if (header.every((byte) => byte === 0)) return
    const { path, size, type } = readHeader(header)
    const content = bytes.subarray(at + block, at + block + size)
    if (content.length < size) throw new TarError('it ends in the middle')
    at += block + Math.ceil(size / block) * block
    if (type === 'L' || type === 'x') {
      const named = type === 'L' ? textOf(content) : paxPath(content)
      // Readers differ in which of two names wins.
      if (named !== undefined && longPath !== undefined) throw new TarError('a member has two names')
      longPath ??= named
    } else if (type !== 'g') {
      yield toEntry(longPath ?? path, type, content)
      longPath = undefined
    }
  }
}

export class TarError extends Error {
  override readonly name = 'TarError'
}

function toEntry(path: string, type: string, content: Uint8Array): TarEntry {
  // Go's reader takes a folder for empty, whatever its header says.
  if (content.length > 0 && (type === '5' || path.endsWith('/'))) throw new TarError('a folder has content')
  return { path, kind: kindOf(type), content }
}

function kindOf(type: string): TarEntry['kind'] {
  if (type === '0' || type === '\0') return 'file'
  if (type === '5') return 'folder'
  return type === '1' || type === '2' ? 'link' : 'other'
}

function readHeader(header: Uint8Array): { path: string; size: number; type: string } {
  const sum = header.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  if (sum !== octalAt(header, 148, 8)) throw new TarError('a header is damaged')
  const isUstar = textOf(header.subarray(257, 263)) === 'ustar'
  const prefix = isUstar ? textOf(header.subarray(345, 500)) : ''
  const name = textOf(header.subarray(0, 100))
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    size: octalAt(header, 124, 12),
    type: String.fromCharCode(header[156] ?? 0),
  }
}

/** Sizes beyond 8 GiB are written in binary, which no chart needs. */
function octalAt(header: Uint8Array, offset: number, length: number): number {
  const digits = textOf(header.subarray(offset, offset + length)).trim()
  if (!/^[0-7]+$/.test(digits)) throw new TarError('a header is damaged')
  return Number.parseInt(digits, 8)
}

/** Up to the first NUL. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0)
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8')
}

/** `<length> <key>=<value>\n`, again and again. Keys that change what a member is are refused. */
function paxPath(content: Uint8Array): string | undefined {
  let path: string | undefined
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at)
    const length = space < 0 ? 0 : Number(Buffer.from(content.subarray(at, space)).toString('ascii'))
    const end = at + length
    if (!Number.isSafeInteger(length) || end <= space || end > content.length)
      throw new TarError('an extended header is damaged')
    const [key = '', ...value] = Buffer.from(content.subarray(space + 1, end - 1))
      .toString('utf8')
      .split('=')
    if (key === 'path') path = value.join('=')
    if (key === 'size' || key === 'linkpath' || key.startsWith('GNU.sparse'))
      throw new TarError(`an extended header sets ${key}`)
    at = end
  }
  return path
}
