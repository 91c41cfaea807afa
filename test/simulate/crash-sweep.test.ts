import { beforeAll, expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { sweepCrashes, sweepErrors, type SweepResult } from '../../src/simulate/crash-sweep.ts'
import { createMemoryWorld, type Happening, type WorldSnapshot } from '../../src/simulate/memory-world.ts'
import { clusterFile, companyFiles, targetsFile, versionFile } from './company.ts'

const start = 1_795_000_000
const templates = await readDefaultTemplates()
const services = ['ledger', 'shop']

/** Each stretch begins where the one before settled, after so many seconds. */
const story: readonly (readonly [string, readonly (readonly [number, ...[string, string][]])[]])[] = [
  ['the first installation', []],
  [
    'an upgrade that a new cluster joins',
    [
      [1, versionFile('ledger', '1.1.0')],
      [30, clusterFile('prod-3', 'prod')],
    ],
  ],
  ['a bad version', [[1, versionFile('shop', '2.0.0', 'prod')]]],
  [
    'a removal beside an upgrade',
    [
      [
        1,
        targetsFile(
          { name: 'shop', version: '1.0.0', dependsOn: ['ledger'] },
          { all: true, names: ['!prod-2'] },
        ),
      ],
      [3, versionFile('shop', '2.1.0')],
    ],
  ],
]

let crashes: ReadonlyMap<string, SweepResult>
let errors: ReadonlyMap<string, SweepResult>

beforeAll(async () => {
  const world = await createMemoryWorld({
    start,
    templates,
    catalog: companyFiles(
      [
        { name: 'devel', clusters: 2 },
        { name: 'prod', clusters: 3, after: ['devel'] },
      ],
      [
        { name: 'ledger', version: '1.0.0' },
        { name: 'shop', version: '1.0.0', dependsOn: ['ledger'] },
      ],
    ),
  })
  const [killed, failed] = [new Map<string, SweepResult>(), new Map<string, SweepResult>()]
  let from: WorldSnapshot = world.snapshot()
  for (const [name, merges] of story) {
    const happenings = merges.map(([seconds, ...files]): Happening => {
      const at = from.now + seconds
      return { at, act: (running) => running.mergeIntoCatalog(new Map(files), name, at) }
    })
    const options = { from, templates, happenings, services, restartAfter: 7 }
    const result = await sweepCrashes(options)
    killed.set(name, result)
    failed.set(name, await sweepErrors({ ...options, every: 23 }))
    from = result.end
  }
  ;[crashes, errors] = [killed, failed]
}, 120_000)

test.each(story.map(([name]) => name))(
  'a controller killed at any moment of %s comes to the same end',
  (name) => {
    expect(crashes.get(name)?.differences).toEqual([])
    expect(crashes.get(name)?.runs).toBeGreaterThan(80)
  },
)

test.each(story.map(([name]) => name))(
  'an effect that fails or whose reply is lost in %s changes nothing in the end',
  (name) => {
    expect(errors.get(name)?.differences).toEqual([])
  },
)
