import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { packColumns, unpackColumns } from './columns.ts'
import { openDatabase } from './database.ts'
import type { MovedAside } from './database.ts'
import type { Event, EventFilter, EventKind, Store, StoredEvent } from './port.ts'

export interface OpenedStore extends Store {
  /** The file that was there, when it could not be used: it lies elsewhere now and an empty store was begun. */
  readonly movedAside: MovedAside | undefined
}

/**
 * Opens the store, or begins one, in an SQLite file or in memory (`:memory:`). One process at a time: throws
 * `StoreLockedError` while another has it open. What an operating system crash takes with it (the last
 * transactions, `synchronous=NORMAL`) is observed again.
 */
export function openStore(path: string): OpenedStore {
  const { database, movedAside } = openDatabase(path)
  return {
    movedAside,
    ...clusterStore(database),
    ...identityStore(database),
    ...columnStore(database),
    ...eventStore(database),
    close: () => database.close(),
  }
}

function clusterStore(database: DatabaseSync): Pick<Store, 'clusters' | 'saveClusters'> {
  const select = database.prepare('SELECT names FROM clusters')
  const replace = database.prepare('INSERT OR REPLACE INTO clusters (id, names) VALUES (1, ?)')
  const forgetColumns = database.prepare('DELETE FROM columns')
  const clusters = (): readonly string[] => {
    const row = select.get()
    return row === undefined ? [] : (JSON.parse(textOf(row['names'])) as string[])
  }
  return {
    clusters,
    saveClusters(names) {
      const before = clusters()
      const kept = before.every((name, ordinal) => names[ordinal] === name)
      if (kept && before.length === names.length) return
      inTransaction(database, () => {
        replace.run(JSON.stringify(names))
        // Columns are indexed by ordinal: under other names they would tell of the wrong clusters.
        if (!kept) forgetColumns.run()
      })
    },
  }
}

function identityStore(database: DatabaseSync): Pick<Store, 'identities' | 'saveIdentities'> {
  const select = database.prepare('SELECT cluster, uid FROM identities')
  const replace = database.prepare('INSERT OR REPLACE INTO identities (cluster, uid) VALUES (?, ?)')
  return {
    identities: () => new Map(select.all().map((row) => [textOf(row['cluster']), textOf(row['uid'])])),
    saveIdentities(identities) {
      if (identities.size === 0) return
      inTransaction(database, () => {
        for (const [cluster, uid] of identities) replace.run(cluster, uid)
      })
    },
  }
}

function columnStore(database: DatabaseSync): Pick<Store, 'columns' | 'saveColumns'> {
  const select = database.prepare('SELECT packed FROM columns WHERE service = ?')
  const replace = database.prepare('INSERT OR REPLACE INTO columns (service, packed) VALUES (?, ?)')
  return {
    columns(service) {
      const packed = select.get(service)?.['packed']
      return packed instanceof Uint8Array ? unpackColumns(packed) : undefined
    },
    saveColumns: (service, columns) => void replace.run(service, packColumns(columns)),
  }
}

/** How long and how many events are kept: a year, and about 100 MB. Verdicts are told for a day, so nothing is told twice. */
const keptSeconds = 365 * 86_400
const keptEvents = 500_000
/** Old events are looked for at the first and at every hundredth write. */
const pruneEvery = 100

function eventStore(database: DatabaseSync): Pick<Store, 'append' | 'events' | 'knows'> {
  const byKey = database.prepare('SELECT 1 FROM events WHERE key = ?')
  const insert = database.prepare(`
    INSERT OR IGNORE INTO events (at, kind, service, "group", cluster, text, pull_request, key)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const deleteOld = database.prepare('DELETE FROM events WHERE at < ?')
  const deleteMost = database.prepare('DELETE FROM events WHERE id <= (SELECT MAX(id) FROM events) - ?')
  let unpruned = 0
  const prune = (now: number): void => {
    deleteOld.run(Math.max(0, now - keptSeconds))
    deleteMost.run(keptEvents)
  }
  return {
    append(events) {
      if (events.length === 0) return []
      if (unpruned++ % pruneEvery === 0) prune(events[0]?.at ?? 0)
      return inTransaction(database, () => events.filter((event) => insert.run(...rowOf(event)).changes > 0))
    },
    knows: (key) => byKey.get(key) !== undefined,
    events(filter) {
      const { where, values } = conditions(filter)
      const sql = `SELECT * FROM events ${where} ORDER BY id DESC LIMIT ?`
      return database
        .prepare(sql)
        .all(...values, filter.limit)
        .map(eventOf)
    },
  }
}

function conditions(filter: EventFilter): {
  readonly where: string
  readonly values: readonly SQLInputValue[]
} {
  const terms: readonly (readonly [string, SQLInputValue | undefined])[] = [
    ['service = ?', filter.service],
    ['"group" = ?', filter.group],
    ['cluster = ?', filter.cluster],
    ['id > ?', filter.afterId],
  ]
  const used = terms.flatMap(([term, value]) => (value === undefined ? [] : [{ term, value }]))
  const where = used.length === 0 ? '' : `WHERE ${used.map(({ term }) => term).join(' AND ')}`
  return { where, values: used.map(({ value }) => value) }
}

function rowOf(event: Event): readonly SQLInputValue[] {
  const { at, kind, service = null, group = null, cluster = null, text, pullRequest = null, key } = event
  return [at, kind, service, group, cluster, text, pullRequest, key]
}

function eventOf(row: Record<string, SQLOutputValue>): StoredEvent {
  return {
    id: Number(row['id']),
    at: Number(row['at']),
    kind: textOf(row['kind']) as EventKind,
    service: optionalText(row['service']),
    group: optionalText(row['group']),
    cluster: optionalText(row['cluster']),
    text: textOf(row['text']),
    pullRequest: row['pull_request'] === null ? undefined : Number(row['pull_request']),
    key: textOf(row['key']),
  }
}

function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`the store holds ${typeof value} where text belongs`)
  return value
}

function optionalText(value: SQLOutputValue | undefined): string | undefined {
  return value === null ? undefined : textOf(value)
}

function inTransaction<T>(database: DatabaseSync, act: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = act()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
