import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FleetState } from '../../../src/adapters/fleet/port.ts'
import type { TreeChange } from '../../../src/adapters/git/port.ts'
import { memoryBench, rolloutFile, serviceFile } from './bench.ts'

const cluster = fc.constantFrom('c1', 'c2', 'c3')
const service = fc.constantFrom('payments', 'ledger')
const version = fc.constantFrom('1.0.0', '1.1.0', '2.0.0')

/** Files as Halyard writes them, files broken by hand, and removals. */
const change: fc.Arbitrary<TreeChange> = fc.oneof(
  fc.tuple(cluster, service, version).map(([c, s, v]) => serviceFile(c, s, v)),
  fc.tuple(cluster, service).map(([c, s]) => ({ ...serviceFile(c, s, '0.0.0'), text: 'broken\n' })),
  fc.tuple(cluster, service).map(([c, s]) => ({ path: serviceFile(c, s, '').path, remove: true as const })),
  fc.tuple(service, fc.nat(9)).map(([s, fence]) => rolloutFile('prod', s, { fence })),
  service.map((s) => ({ path: rolloutFile('prod', s).path, remove: true as const })),
  fc
    .tuple(cluster, fc.boolean())
    .map(([c, there]) => fileOrNot(`clusters/${c}/flux-system/sync.yaml`, there)),
  fc.tuple(cluster, fc.boolean()).map(([c, there]) => fileOrNot(`clusters/${c}/namespaces/shop.yaml`, there)),
)
const commits = fc.array(fc.uniqueArray(change, { selector: ({ path }) => path, maxLength: 6 }), {
  minLength: 1,
  maxLength: 8,
})

test('following main and reading it anew tell the same', async () => {
  await fc.assert(
    fc.asyncProperty(commits, fc.nat(7), async (history, synced) => {
      const bench = await memoryBench()
      const follower = await bench.fleet()
      for (const [index, changes] of history.entries()) {
        await bench.commit([{ path: 'README.md', text: String(index) }, ...changes], 1_000 + index)
        if (index % (synced + 1) === 0) await follower.sync()
      }
      const [followed, anew] = [await follower.sync(), await (await bench.fleet()).sync()]
      expect(told(followed)).toEqual(told(anew))
    }),
    { numRuns: 200 },
  )
})

test('each placement knows the commit after which it did not change', async () => {
  await fc.assert(
    fc.asyncProperty(commits, async (history) => {
      const bench = await memoryBench()
      await bench.commit([{ path: 'README.md', text: 'begin' }], 999)
      const fleet = await bench.fleet()
      await fleet.sync()
      const expected = new Map<string, { readonly blob: string; readonly time: number }>()
      for (const [index, changes] of history.entries()) {
        const head = await bench.commit(changes, 1_000 + index)
        const entries = await bench.remote.tree(head, 'clusters')
        for (const { path, oid } of entries) {
          if (expected.get(path)?.blob !== oid) expected.set(path, { blob: oid, time: 1_000 + index })
        }
        const there = new Set(entries.map(({ path }) => path))
        for (const path of expected.keys()) if (!there.has(path)) expected.delete(path)
      }
      const state = await fleet.sync()
      for (const name of state.services) {
        const { file, files, mergedAt } = state.desired(name)
        for (const [ordinal, clusterName] of state.clusters.names.entries()) {
          if (file[ordinal] === 0) continue
          const { path } = serviceFile(clusterName, name, '')
          expect(expected.get(path)).toEqual({
            blob: files[file[ordinal] ?? 0]?.blob,
            time: mergedAt[ordinal],
          })
        }
      }
    }),
    { numRuns: 100 },
  )
})

function fileOrNot(path: string, there: boolean): TreeChange {
  return there ? { path, text: 'kind: Some\n' } : { path, remove: true }
}

/** What a state says by name, whatever its numbers. */
function told(state: FleetState): unknown {
  const named = state.clusters.names.map((name, ordinal) => ({
    name,
    bootstrapped: state.bootstrapped[ordinal],
    shop: state.hasNamespace(ordinal, 'shop'),
    files: ['ledger', 'payments'].map((each) => {
      const { files, file } = state.desired(each)
      return files[file[ordinal] ?? 0]
    }),
  }))
  const seen = named.filter(
    ({ bootstrapped, shop, files }) => bootstrapped || shop || files.some((file) => file?.blob),
  )
  return {
    head: state.head,
    clusters: seen.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    rollouts: ['ledger', 'payments'].map((each) => state.rollout('prod', each)),
    problems: state.problems,
  }
}
