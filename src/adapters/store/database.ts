import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { latestSchema, migrate, readSchemaVersion } from './schema.ts'

/** Another process has the store open. */
export class StoreLockedError extends Error {
  readonly path: string
  readonly remedy: string

  constructor(path: string, cause: unknown) {
    super(`the store ${path} is in use by another process`, { cause })
    this.name = 'StoreLockedError'
    this.path = path
    this.remedy = 'stop the other controller, or give this one a store of its own'
  }
}

export interface MovedAside {
  /** Where the file lies now. */
  readonly path: string
  readonly reason: string
}

export interface OpenedDatabase {
  readonly database: DatabaseSync
  readonly movedAside: MovedAside | undefined
}

/** A file that cannot be used is kept for a look, but never stops the process: everything in it can be had again. */
export function openDatabase(path: string): OpenedDatabase {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true })
  const first = tryOpen(path)
  if (first instanceof DatabaseSync) return { database: first, movedAside: undefined }
  const movedAside = { path: moveAside(path), reason: first.unusable }
  const second = tryOpen(path)
  if (second instanceof DatabaseSync) return { database: second, movedAside }
  throw new Error(`cannot begin a store at ${path}: ${second.unusable}`)
}

function tryOpen(path: string): DatabaseSync | { readonly unusable: string } {
  const database = new DatabaseSync(path)
  try {
    takeLock(database)
    const problem = findProblem(database)
    if (problem === undefined) {
      migrate(database)
      return database
    }
    database.close()
    return { unusable: problem }
  } catch (error) {
    database.close()
    const code = sqliteCode(error)
    if (code === sqliteBusy) throw new StoreLockedError(path, error)
    if (code !== sqliteCorrupt && code !== sqliteNotADatabase) throw error
    return { unusable: error instanceof Error ? error.message : 'it is damaged' }
  }
}

/** With `locking_mode=EXCLUSIVE` the first write transaction's lock is kept until the database is closed. */
function takeLock(database: DatabaseSync): void {
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  database.exec('PRAGMA journal_mode = WAL')
  database.exec('PRAGMA synchronous = NORMAL')
  database.exec('BEGIN EXCLUSIVE; COMMIT')
}

function findProblem(database: DatabaseSync): string | undefined {
  const found = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok') return String(found)
  const version = readSchemaVersion(database)
  return version > latestSchema
    ? `its schema ${version} is newer than ${latestSchema}, which this version knows`
    : undefined
}

function moveAside(path: string): string {
  let number = 1
  while (existsSync(`${path}.unusable-${number}`)) number += 1
  const target = `${path}.unusable-${number}`
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix)
  }
  return target
}

/** Primary result codes, https://sqlite.org/rescode.html. */
const sqliteBusy = 5
const sqliteCorrupt = 11
const sqliteNotADatabase = 26

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode % 256 : undefined
}
