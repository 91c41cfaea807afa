import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StoreLockedError } from '../../../src/adapters/store/database.ts'
import type { Event } from '../../../src/adapters/store/port.ts'
import type { RecordedColumns } from '../../../src/core/plan/recorded-columns.ts'
import { openStore } from '../../../src/adapters/store/store.ts'

let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halyard-store-'))
  path = join(folder, 'store.sqlite')
})

afterEach(() => rmSync(folder, { recursive: true }))

const columns: RecordedColumns = {
  blobs: ['a'.repeat(40), 'b'.repeat(40), ''],
  running: ['', 'a'.repeat(40), ''],
  state: Uint8Array.of(6, 7, 0),
  since: Uint32Array.of(100, 4_294_967_295, 0),
  observedAt: Uint32Array.of(90, 0, 0),
  evidence: new Map([[1, 'Deployment/shop/pay: 0/6 ready · ümlaut']]),
}

describe('columns', () => {
  test('come back as they were saved, also after reopening', () => {
    const store = openStore(path)
    store.saveColumns('payments', columns)
    expect(store.columns('payments')).toEqual(columns)
    store.close()
    const again = openStore(path)
    expect(again.columns('payments')).toEqual(columns)
    expect(again.columns('ledger')).toBeUndefined()
    again.close()
  })

  test('of no clusters at all come back', () => {
    const empty = {
      ...columns,
      blobs: [],
      running: [],
      state: new Uint8Array(),
      evidence: new Map<number, string>(),
    }
    const none = { ...empty, since: new Uint32Array(), observedAt: new Uint32Array() }
    const store = openStore(':memory:')
    store.saveColumns('payments', none)
    expect(store.columns('payments')).toEqual(none)
  })

  test.for(['another format', 'a broken header', 'cut short', 'empty'] as const)(
    'that cannot be read any more are none: %s',
    (damage) => {
      openWith((store) => store.saveColumns('payments', columns))
      const change = {
        'another format': `UPDATE columns SET packed = CAST(X'09000000' || substr(packed, 5) AS BLOB)`,
        'a broken header': `UPDATE columns SET packed = CAST(substr(packed, 1, 8) || 'x' || substr(packed, 10) AS BLOB)`,
        'cut short': `UPDATE columns SET packed = substr(packed, 1, length(packed) - 1)`,
        empty: `UPDATE columns SET packed = X''`,
      }
      const database = new DatabaseSync(path)
      database.exec(change[damage])
      database.close()
      openWith((store) => expect(store.columns('payments')).toBeUndefined())
    },
  )

  test('survive clusters that are added, and are forgotten when ordinals mean other clusters', () => {
    openWith((store) => {
      store.saveClusters(['a', 'b'])
      store.saveColumns('payments', columns)
      store.saveClusters(['a', 'b', 'c'])
      expect(store.columns('payments')).toBeDefined()
      store.saveClusters(['b', 'a', 'c'])
      expect(store.columns('payments')).toBeUndefined()
      expect(store.clusters()).toEqual(['b', 'a', 'c'])
    })
  })
})

describe('events', () => {
  test('are told newest first, filtered, with ids that rise', () => {
    openWith((store) => {
      store.append([event('1', { service: 'payments' }), event('2', { service: 'ledger', group: 'prod' })])
      store.append([event('3', { service: 'payments', group: 'prod', cluster: 'c1', pullRequest: 7 })])
      const keys = (filter: Parameters<typeof store.events>[0]): string[] =>
        store.events(filter).map(({ key }) => key)
      expect(keys({ limit: 10 })).toEqual(['3', '2', '1'])
      expect(keys({ limit: 1 })).toEqual(['3'])
      expect(keys({ service: 'payments', limit: 10 })).toEqual(['3', '1'])
      expect(keys({ group: 'prod', limit: 10 })).toEqual(['3', '2'])
      expect(keys({ cluster: 'c1', limit: 10 })).toEqual(['3'])
      const [, second] = store.events({ limit: 10 })
      expect(keys({ afterId: second?.id ?? 0, limit: 10 })).toEqual(['3'])
      expect(store.events({ cluster: 'c1', limit: 1 })).toMatchObject([
        event('3', { service: 'payments', group: 'prod', cluster: 'c1', pullRequest: 7 }),
      ])
    })
  })

  test('with a key already stored are not stored again', () => {
    openWith((store) => store.append([event('1', { text: 'first' })]))
    openWith((store) => {
      const added = store.append([event('1', { text: 'again' }), event('2'), event('2')])
      expect(added).toEqual([event('2')])
      expect(store.events({ limit: 10 }).map(({ text }) => text)).toEqual(['happened', 'first'])
    })
  })
})

describe('the file', () => {
  test('is not shared: who comes second is told what to do', () => {
    const store = openStore(path)
    expect(() => openStore(path)).toThrow(StoreLockedError)
    expect(() => openStore(path)).toThrow(
      expect.objectContaining({ path, remedy: expect.stringContaining('stop the other') }),
    )
    store.close()
    openStore(path).close()
  })

  test('is not shared with another process, and is whole after that one was killed while writing', async () => {
    const child = spawn(process.execPath, [
      fileURLToPath(import.meta.resolve('./write-until-killed.ts')),
      path,
    ])
    const told: number[] = []
    const whileWriting: unknown[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      told.push(Number(line))
      if (told.length === 25) whileWriting.push(errorOf(() => openStore(path)))
      if (told.length === 50) child.kill('SIGKILL')
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    expect(child.signalCode).toBe('SIGKILL')
    expect(whileWriting).toEqual([expect.any(StoreLockedError)])

    const store = openStore(path)
    expect(store.movedAside).toBeUndefined()
    const rounds = store
      .events({ limit: 1_000_000 })
      .map(({ at }) => at)
      .toReversed()
    expect(rounds).toEqual(rounds.map((_, index) => index + 1))
    expect(rounds.length).toBeGreaterThanOrEqual(told.length)
    const found = store.columns('payments')
    expect(new Set(found?.since)).toEqual(new Set([Number(found?.blobs[0])]))
    expect(found?.blobs).toHaveLength(2000)
    store.close()
  })

  test.for([
    ['without identities', 'DROP TABLE identities; UPDATE schema_version SET version = 1'],
    ['that has identities already', 'UPDATE schema_version SET version = 1'],
  ] as const)('of the first schema, %s, is brought up to date and keeps what it has', ([, sql]) => {
    openWith((store) => store.saveColumns('payments', columns))
    const database = new DatabaseSync(path)
    database.exec(sql)
    database.close()
    openWith((store) => {
      expect(store.movedAside).toBeUndefined()
      store.saveIdentities(new Map([['eu', 'uid-1']]))
      expect(store.identities()).toEqual(new Map([['eu', 'uid-1']]))
      expect(store.columns('payments')).toEqual(columns)
    })
  })

  test.for([
    ['no database at all', () => writeFileSync(path, 'not a database '.repeat(500))],
    ['a damaged page', damagePages],
    ['cut in half', () => writeFileSync(path, readFileSync(path).subarray(0, 12_000))],
    ['a newer schema', newerSchema],
  ] as const)('that cannot be used is moved aside and a new one begun: %s', ([, damage]) => {
    openWith((store) => {
      for (const service of ['a', 'b', 'c', 'd', 'e', 'f']) store.saveColumns(service, manyColumns())
    })
    damage()
    const store = openStore(path)
    expect(store.movedAside?.reason).toBeTruthy()
    expect(store.movedAside?.path).toBe(`${path}.unusable-1`)
    expect(readdirSync(folder)).toContain('store.sqlite.unusable-1')
    store.saveColumns('payments', columns)
    store.close()
    openWith((again) => {
      expect(again.movedAside).toBeUndefined()
      expect(again.columns('payments')).toEqual(columns)
    })
  })
})

function openWith(act: (store: ReturnType<typeof openStore>) => void): void {
  const store = openStore(path)
  try {
    act(store)
  } finally {
    store.close()
  }
}

function errorOf(act: () => void): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  return undefined
}

function event(key: string, parts: Partial<Event> = {}): Event {
  const nowhere = { service: undefined, group: undefined, cluster: undefined, pullRequest: undefined }
  return { at: 5, kind: 'proven', text: 'happened', ...nowhere, ...parts, key }
}

function manyColumns(): RecordedColumns {
  const blobs = Array.from({ length: 500 }, (_, index) => String(index))
  const numbers = Uint32Array.from(blobs, Number)
  return {
    ...columns,
    blobs,
    running: blobs,
    state: new Uint8Array(500),
    since: numbers,
    observedAt: numbers,
  }
}

function damagePages(): void {
  const bytes = readFileSync(path)
  bytes.fill(0xff, 4096, 16_384)
  writeFileSync(path, bytes)
}

function newerSchema(): void {
  const database = new DatabaseSync(path)
  database.exec('UPDATE schema_version SET version = 999')
  database.close()
}

test('events are kept for a year', () => {
  const told = (at: number): Event => ({
    at,
    kind: 'proven',
    service: 'payments',
    group: 'prod',
    cluster: undefined,
    text: `at ${at}`,
    pullRequest: undefined,
    key: `proven/${at}`,
  })
  const year = 365 * 86_400
  const before = openStore(path)
  before.append([told(1000), told(1000 + year)])
  before.close()
  const after = openStore(path)
  after.append([told(1001 + year)])
  expect(after.events({ limit: 10 }).map(({ at }) => at)).toEqual([1001 + year, 1000 + year])
  expect(after.knows('proven/1000')).toBe(false)
  after.close()
})
