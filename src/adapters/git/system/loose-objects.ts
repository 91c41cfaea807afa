import { randomUUID } from 'node:crypto'
import { chmod, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { deflate } from 'node:zlib'

import { GitError } from '../git-error.ts'
import type { ObjectType } from '../object-format.ts'
import type { Oid } from '../port.ts'

export interface RawObject {
  readonly type: ObjectType
  readonly body: Buffer
}

/**
 * Writes a few objects as git does (gitformat-loose in gitrepository-layout(5)): in full under a name that git's
 * maintenance knows to remove, flushed, then renamed, so that a reader sees all of an object or nothing. Throws
 * `GitError` where the disk does not take them: what was begun is removed, and no ref names what was written.
 */
export async function writeLooseObjects(
  repository: string,
  objects: ReadonlyMap<Oid, RawObject>,
): Promise<void> {
  const folder = join(repository, 'objects')
  const { mode } = await stat(folder)
  const written = [...objects].map(async ([oid, object]) => writeLooseObject(folder, mode, oid, object))
  const failure = (await Promise.allSettled(written)).find((each) => each.status === 'rejected')
  if (failure !== undefined) throw diskError(failure.reason)
}

async function writeLooseObject(
  folder: string,
  mode: number,
  oid: Oid,
  { type, body }: RawObject,
): Promise<void> {
  const shard = join(folder, oid.slice(0, 2))
  const path = join(shard, oid.slice(2))
  if (await freshen(path)) return
  const bytes = await compress(Buffer.concat([Buffer.from(`${type} ${body.length}\0`, 'latin1'), body]), {
    level: 1,
  })
  // A repository that a group shares has its own mode of folders.
  if (await makeFolder(shard)) await chmod(shard, mode & 0o7777)
  const temporary = join(shard, `tmp_obj_${randomUUID()}`)
  const file = await open(temporary, 'wx', 0o444)
  try {
    try {
      await file.writeFile(bytes)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** False: it is there. Not by `recursive`, which says of a read-only disk that nothing is there. */
async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** A full disk passes once there is room, so another try is worth it. */
function diskError(cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause)) return cause
  const options = {
    command: 'git hash-object -w',
    exitCode: undefined,
    stderr: cause.message,
    retryable: true,
    cause,
  }
  return new GitError(`objects could not be written: ${cause.message}`, options)
}

const compress = promisify<Buffer, { readonly level: number }, Buffer>(deflate)

/** True: it is there, and counts as new, so that no maintenance takes it away before a ref names it. */
async function freshen(path: string): Promise<boolean> {
  const now = new Date()
  return utimes(path, now, now).then(
    () => true,
    () => false,
  )
}
