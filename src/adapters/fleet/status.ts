import { promisify } from 'node:util'
import { zstdCompress, zstdDecompressSync } from 'node:zlib'
import type { GitClone } from '../git/port.ts'
import { fetchDocument, pushDocument } from './document-ref.ts'
import { numberTexts, type RecordedColumns } from '../../core/plan/recorded-columns.ts'
import type { StatusDocument } from './port.ts'
import { PushRejectedError } from './write.ts'

const place = { ref: 'refs/halyard/status', path: 'status.json' }
const format = 1
const attempts = 5
const compress = promisify(zstdCompress)

/** Columns as text: see `packNumbers`. */
interface PackedColumns {
  /** Clusters. */
  readonly length: number
  /** Distinct blob ids, which `judged` and `running` index. */
  readonly files: readonly string[]
  /** Judged, running, since, observedAt (Uint32 each), state (Uint8). */
  readonly numbers: string
  readonly evidence: readonly (readonly [number, string])[]
}

interface PackedStatus extends Omit<StatusDocument, 'contactAt' | 'services'> {
  readonly format: number
  readonly contactAt: string
  readonly services: Readonly<Record<string, PackedColumns>>
}

export async function publishStatus(clone: GitClone, status: StatusDocument): Promise<void> {
  const text = await packStatus(status)
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

async function packStatus(status: StatusDocument): Promise<string> {
  const services: [string, PackedColumns][] = []
  for (const [service, columns] of status.services) services.push([service, await packColumns(columns)])
  const packed: PackedStatus = {
    format,
    ...status,
    contactAt: await packNumbers([status.contactAt]),
    services: Object.fromEntries(services),
  }
  return `${JSON.stringify(packed)}\n`
}

async function packColumns(columns: RecordedColumns): Promise<PackedColumns> {
  const { blobs, running, state, since, observedAt, evidence } = columns
  const numbers = new Map<string, number>()
  const arrays = [numberTexts(blobs, numbers), numberTexts(running, numbers), since, observedAt, state]
  return {
    length: state.length,
    files: [...numbers.keys()],
    numbers: await packNumbers(arrays),
    evidence: [...evidence],
  }
}

/** Undefined: another version of Halyard wrote it, or it is damaged. */
function unpackStatus(text: string): StatusDocument | undefined {
  try {
    const { format: found, contactAt, services, ...rest } = JSON.parse(text) as PackedStatus
    if (found !== format) return undefined
    const { catalogCommit, fleetCommit } = rest
    return {
      ...rest,
      catalogCommit,
      fleetCommit,
      contactAt: uint32s(unpackNumbers(contactAt)),
      services: new Map(
        Object.entries(services).map(([service, packed]) => [service, unpackColumns(packed)]),
      ),
    }
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}

function unpackColumns({ length, files, numbers, evidence }: PackedColumns): RecordedColumns {
  const bytes = unpackNumbers(numbers)
  if (bytes.byteLength !== length * 17) throw new RangeError('columns are not whole')
  const column = (index: number): Uint32Array =>
    uint32s(bytes.slice(index * length * 4, (index + 1) * length * 4))
  const oids = (index: number): readonly string[] =>
    Array.from(column(index), (number) => files[number] ?? '')
  return {
    blobs: oids(0),
    running: oids(1),
    since: column(2),
    observedAt: column(3),
    state: bytes.slice(length * 16),
    evidence: new Map(evidence),
  }
}

/** Arrays one after the other, little-endian, compressed by zstd off this thread, in base64. */
async function packNumbers(arrays: readonly (Uint8Array | Uint32Array)[]): Promise<string> {
  const bytes = arrays.map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  )
  return (await compress(Buffer.concat(bytes))).toString('base64')
}

function unpackNumbers(text: string): Uint8Array {
  return new Uint8Array(zstdDecompressSync(Buffer.from(text, 'base64')))
}

function uint32s({ buffer }: Uint8Array): Uint32Array {
  return new Uint32Array(buffer)
}
