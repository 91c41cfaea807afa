import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { GitClone } from '../git/port.ts'
import { fetchDocument, pushDocument } from './document-ref.ts'
import type { RecordedColumns } from '../../core/plan/recorded-columns.ts'
import type { StatusDocument } from './port.ts'
import { PushRejectedError } from './write.ts'

const place = { ref: 'refs/halyard/status', path: 'status.json' }
const format = 1
const attempts = 5

/** Columns as text: numbers are little-endian, compressed by zstd, in base64. */
interface PackedColumns {
  /** Distinct blob ids, which `judged` and `running` index. */
  readonly files: readonly string[]
  readonly judged: string
  readonly running: string
  readonly state: string
  readonly since: string
  readonly observedAt: string
  readonly evidence: readonly (readonly [number, string])[]
}

interface PackedStatus extends Omit<StatusDocument, 'contactAt' | 'services'> {
  readonly format: number
  readonly contactAt: string
  readonly services: Readonly<Record<string, PackedColumns>>
}

export async function publishStatus(clone: GitClone, status: StatusDocument): Promise<void> {
  const text = packStatus(status)
  let expected = await clone.resolve(place.ref)
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const outcome = await pushDocument(clone, place, { expected, text, time: status.publishedAt })
    if (outcome.kind === 'pushed') return
    if (outcome.kind === 'rejected') throw new PushRejectedError(place.ref, outcome.reason)
    expected = (await fetchDocument(clone, place))?.oid
  }
  throw new Error(`${place.ref} moved at each of ${attempts} tries to replace it`)
}

export async function readStatus(clone: GitClone): Promise<StatusDocument | undefined> {
  const stored = await fetchDocument(clone, place)
  return stored === undefined ? undefined : unpackStatus(stored.text)
}

function packStatus(status: StatusDocument): string {
  const packed: PackedStatus = {
    format,
    ...status,
    contactAt: packNumbers(status.contactAt),
    services: Object.fromEntries(
      [...status.services].map(([service, columns]) => [service, packColumns(columns)]),
    ),
  }
  return `${JSON.stringify(packed)}\n`
}

function packColumns({ blobs, running, state, since, observedAt, evidence }: RecordedColumns): PackedColumns {
  const files = [...new Set([...blobs, ...running])]
  const numbers = new Map(files.map((file, index) => [file, index]))
  const indexes = (oids: readonly string[]): Uint32Array =>
    Uint32Array.from(oids, (oid) => numbers.get(oid) ?? 0)
  return {
    files,
    judged: packNumbers(indexes(blobs)),
    running: packNumbers(indexes(running)),
    state: packNumbers(state),
    since: packNumbers(since),
    observedAt: packNumbers(observedAt),
    evidence: [...evidence],
  }
}

/** Undefined: another version of Halyard wrote it, or it is damaged. */
function unpackStatus(text: string): StatusDocument | undefined {
  try {
    const { format: found, contactAt, services, ...rest } = JSON.parse(text) as PackedStatus
    if (found !== format) return undefined
    const columns = Object.entries(services).map(([service, packed]): [string, RecordedColumns] => [
      service,
      unpackColumns(packed),
    ])
    const { catalogCommit, fleetCommit } = rest
    return {
      ...rest,
      catalogCommit,
      fleetCommit,
      contactAt: unpackUint32s(contactAt),
      services: new Map(columns),
    }
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

function unpackColumns({
  files,
  judged,
  running,
  state,
  since,
  observedAt,
  evidence,
}: PackedColumns): RecordedColumns {
  const oids = (packed: string): readonly string[] =>
    Array.from(unpackUint32s(packed), (index) => files[index] ?? '')
  return {
    blobs: oids(judged),
    running: oids(running),
    state: unpackBytes(state),
    since: unpackUint32s(since),
    observedAt: unpackUint32s(observedAt),
    evidence: new Map(evidence),
  }
}

function packNumbers({ buffer, byteOffset, byteLength }: Uint8Array | Uint32Array): string {
  return zstdCompressSync(new Uint8Array(buffer, byteOffset, byteLength)).toString('base64')
}

function unpackBytes(text: string): Uint8Array {
  return new Uint8Array(zstdDecompressSync(Buffer.from(text, 'base64')))
}

function unpackUint32s(text: string): Uint32Array {
  return new Uint32Array(unpackBytes(text).buffer)
}
