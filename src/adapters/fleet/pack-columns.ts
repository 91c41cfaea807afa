import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { DesiredColumns, DesiredFile, ObservedColumns } from '../../core/domain/placement.ts'

/** The columns of one service as JSON. */
export interface PackedColumns {
  /** Clusters. */
  readonly length: number
  /** Blob and release of each file that the columns speak of; the first is "not there". */
  readonly files: readonly (readonly [string, string])[]
  /** File, running, mergedAt, since, observedAt (Uint32 each), state (Uint8): see `packNumbers`. */
  readonly numbers: string
  /** Evidence by cluster ordinal. */
  readonly evidence: readonly (readonly [number, string])[]
}

const bytesOfCluster = 5 * 4 + 1

export function packColumns(desired: DesiredColumns, observed: ObservedColumns): PackedColumns {
  const length = observed.state.length
  const numbers = new Map<number, number>([[0, 0]])
  const renumber = (file: number): number => {
    const known = numbers.get(file)
    if (known !== undefined) return known
    numbers.set(file, numbers.size)
    return numbers.size - 1
  }
  const file = new Uint32Array(length)
  const running = new Uint32Array(length)
  for (let cluster = 0; cluster < length; cluster++) {
    file[cluster] = renumber(desired.file[cluster] ?? 0)
    running[cluster] = renumber(observed.running[cluster] ?? 0)
  }
  const mergedAt = desired.mergedAt.slice(0, length)
  return {
    length,
    files: [...numbers.keys()].map((number) => {
      const { blob, release }: DesiredFile = desired.files[number] ?? { blob: '', release: '' }
      return [blob, release]
    }),
    numbers: packNumbers([file, running, mergedAt, observed.since, observed.observedAt, observed.state]),
    evidence: [...observed.evidence],
  }
}

/** Throws `RangeError` for columns that are not whole. */
export function unpackColumns({ length, files, numbers, evidence }: PackedColumns): {
  readonly desired: DesiredColumns
  readonly observed: ObservedColumns
} {
  const bytes = unpackNumbers(numbers)
  if (bytes.byteLength !== length * bytesOfCluster) throw new RangeError('columns are not whole')
  const column = (index: number): Uint32Array =>
    uint32s(bytes.slice(index * length * 4, (index + 1) * length * 4))
  return {
    desired: {
      files: files.map(([blob, release]) => ({ blob, release })),
      file: Uint16Array.from(column(0)),
      commit: new Uint32Array(length),
      mergedAt: column(2),
    },
    observed: {
      running: Uint16Array.from(column(1)),
      since: column(3),
      observedAt: column(4),
      state: bytes.slice(length * 20),
      evidence: new Map(evidence),
    },
  }
}

/** Arrays one after the other, little-endian, compressed by zstd, in base64. */
export function packNumbers(arrays: readonly (Uint8Array | Uint16Array | Uint32Array)[]): string {
  const bytes = arrays.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  return zstdCompressSync(Buffer.concat(bytes)).toString('base64')
}

export function unpackNumbers(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdDecompressSync(Buffer.from(text, 'base64')))
}

export function uint32s({ buffer }: Uint8Array<ArrayBuffer>): Uint32Array {
  return new Uint32Array(buffer)
}
