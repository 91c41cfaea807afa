import { numberTexts, type RecordedColumns } from '../../core/plan/recorded-columns.ts'

/**
 * A service's columns as bytes: format, length of the header, header (JSON), then the arrays one after another:
 * since, observedAt, blobs, running (Uint32 each, the latter two as indexes into the header's distinct blob ids)
 * and state (Uint8). Numbers are little-endian, as on every machine that Node 24 runs on but s390x.
 */
const format = 1
const prefixBytes = 8

interface Header {
  readonly length: number
  readonly blobs: readonly string[]
  readonly evidence: readonly (readonly [number, string])[]
}

export function packColumns(columns: RecordedColumns): Uint8Array {
  const distinct = new Map<string, number>()
  const [blobs, running] = [numberTexts(columns.blobs, distinct), numberTexts(columns.running, distinct)]
  const header: Header = {
    length: columns.state.length,
    blobs: [...distinct.keys()],
    evidence: [...columns.evidence],
  }
  const headerBytes = Buffer.from(JSON.stringify(header), 'utf8')
  const prefix = Uint32Array.of(format, headerBytes.byteLength)
  const arrays = [columns.since, columns.observedAt, blobs, running, columns.state]
  return Buffer.concat([bytesOf(prefix), headerBytes, ...arrays.map(bytesOf)])
}

/** Undefined: written in another format, or not whole. */
export function unpackColumns(packed: Uint8Array): RecordedColumns | undefined {
  if (packed.byteLength < prefixBytes) return undefined
  const [foundFormat, headerLength = 0] = uint32s(packed, 0, 2)
  const start = prefixBytes + headerLength
  if (foundFormat !== format || packed.byteLength < start) return undefined
  const header = parseHeader(packed.subarray(prefixBytes, start))
  if (header === undefined) return undefined
  const { length } = header
  if (packed.byteLength !== start + length * 17) return undefined
  const column = (index: number): Uint32Array => uint32s(packed, start + index * length * 4, length)
  const oids = (index: number): readonly string[] =>
    Array.from(column(index), (number) => header.blobs[number] ?? '')
  return {
    since: column(0),
    observedAt: column(1),
    blobs: oids(2),
    running: oids(3),
    state: packed.slice(start + length * 16),
    evidence: new Map(header.evidence),
  }
}

function parseHeader(bytes: Uint8Array): Header | undefined {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as Header
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function bytesOf(array: Uint8Array | Uint32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** A copy, as the bytes may lie at an address that no Uint32Array can begin at. */
function uint32s(bytes: Uint8Array, offset: number, length: number): Uint32Array {
  return new Uint32Array(bytes.slice(offset, offset + length * 4).buffer)
}
