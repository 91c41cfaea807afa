import type { DesiredColumns, DesiredFile } from '../../core/domain/placement.ts'
import type { Instant } from '../../core/domain/time.ts'

/** Columns of one service that are written to. What was handed out is copied before the next write. */
export interface ServiceColumns {
  /** Clusters that have a file now. */
  readonly placements: number
  /** Sets a cluster's file; `renumbered` when indexes into `files` handed out before mean something else now. */
  set(cluster: number, file: DesiredFile, at: CommitPlace): 'set' | 'renumbered'
  remove(cluster: number, at: CommitPlace): void
  has(cluster: number): boolean
  /** A file that `files` lists already. */
  find(blob: string): DesiredFile | undefined
  /** Columns of `size` entries or more that never change. The same object until something is set. */
  snapshot(size: number): DesiredColumns
}

/** A commit on main: its position on first-parent history, and its time. */
export interface CommitPlace {
  readonly ordinal: number
  readonly time: Instant
}

/** What a Uint16 can count. */
const mostFiles = 65_536
const absent: DesiredFile = { blob: '', release: '' }

export function createServiceColumns(size: number): ServiceColumns {
  let columns = emptyColumns(size)
  let indexes = new Map<string, number>()
  let placements = 0
  let handedOut = false

  /** Columns that reach `length` and may be written to. */
  const writable = (length: number): WritableColumns => {
    if (handedOut || columns.file.length < length) columns = copyColumns(columns, length)
    handedOut = false
    return columns
  }
  const place = (cluster: number, index: number, { ordinal, time }: CommitPlace): void => {
    const { file, commit, mergedAt } = writable(cluster + 1)
    placements += Number(index !== 0) - Number(file[cluster] !== 0)
    file[cluster] = index
    commit[cluster] = ordinal
    mergedAt[cluster] = time
  }

  return {
    get placements() {
      return placements
    },
    set(cluster, desired, at) {
      const known = indexes.get(desired.blob)
      if (known !== undefined) {
        place(cluster, known, at)
        return 'set'
      }
      const full = columns.files.length >= mostFiles
      if (full) {
        columns = keepUsedFiles(writable(columns.file.length))
        indexes = new Map(
          columns.files
            .entries()
            .drop(1)
            .map(([index, file]) => [file.blob, index]),
        )
      }
      if (columns.files.length >= mostFiles)
        throw new RangeError(`a service has more than ${mostFiles - 1} distinct files`)
      const index = writable(cluster + 1).files.push(desired) - 1
      indexes.set(desired.blob, index)
      place(cluster, index, at)
      return full ? 'renumbered' : 'set'
    },
    remove: (cluster, at) => place(cluster, 0, at),
    has: (cluster) => (columns.file[cluster] ?? 0) !== 0,
    find: (blob) => columns.files[indexes.get(blob) ?? -1],
    snapshot(length) {
      if (columns.file.length < length) columns = copyColumns(columns, length)
      handedOut = true
      return columns
    },
  }
}

interface WritableColumns extends DesiredColumns {
  readonly files: DesiredFile[]
}

function emptyColumns(size: number): WritableColumns {
  return {
    files: [absent],
    file: new Uint16Array(size),
    commit: new Uint32Array(size),
    mergedAt: new Uint32Array(size),
  }
}

function copyColumns({ files, file, commit, mergedAt }: DesiredColumns, length: number): WritableColumns {
  const copy = emptyColumns(Math.max(length, file.length))
  copy.file.set(file)
  copy.commit.set(commit)
  copy.mergedAt.set(mergedAt)
  return { ...copy, files: [...files] }
}

/** The same placements with files numbered anew, without those that no cluster has any more. */
function keepUsedFiles({ files, file, commit, mergedAt }: DesiredColumns): WritableColumns {
  const numbers = new Map<number, number>([[0, 0]])
  const kept = [absent]
  const renumber = (index: number): number => {
    const known = numbers.get(index)
    if (known !== undefined) return known
    const number = kept.push(files[index] ?? absent) - 1
    numbers.set(index, number)
    return number
  }
  return { files: kept, file: file.map(renumber), commit, mergedAt }
}
