import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Cluster, ClusterSelector } from '../../../src/core/domain/cluster.ts'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import type { DesiredColumns } from '../../../src/core/domain/placement.ts'
import { PlacementState } from '../../../src/core/domain/placement.ts'
import type { ServiceRelease } from '../../../src/core/domain/service-release.ts'
import { type Share, shareOf } from '../../../src/core/domain/share.ts'
import { hasBit } from '../../../src/core/plan/bitset.ts'
import { recordObserved, restoreObserved } from '../../../src/core/plan/recorded-columns.ts'
import { createReleaseOrder, parseReleaseId } from '../../../src/core/plan/release-order.ts'
import { matchesSelector } from '../../../src/core/plan/selector.ts'
import { type TallyInput, tallyPlacements } from '../../../src/core/plan/tally.ts'
import { createTargeting } from '../../../src/core/plan/targeting.ts'
import { waveOrder } from '../../../src/core/plan/wave-order.ts'
import { budgetOf, waveQuotas } from '../../../src/core/plan/waves.ts'

const keys = ['env', 'region', 'canary', 'constructor', '__proto__']
const values = ['prod', 'devel', 'true', '']

const labels = fc
  .array(fc.tuple(fc.constantFrom(...keys), fc.constantFrom(...values)), { maxLength: 4 })
  .map((entries): Record<string, string> => Object.fromEntries(entries))

const fleets = fc
  .uniqueArray(
    fc.record({
      name: fc.stringMatching(/^[a-c]{1,3}-[0-9]{1,2}$/),
      labels,
      metadata: fc.constant({}),
      decommission: fc.constant(false),
      file: fc.constant(''),
    }),
    { maxLength: 70, selector: ({ name }) => name },
  )
  .map((clusters): readonly Cluster[] => clusters)

const selectors: fc.Arbitrary<ClusterSelector> = fc.record({
  all: fc.boolean(),
  matchLabels: fc.oneof(fc.constant({}), labels),
  matchExpressions: fc.array(
    fc.record({
      key: fc.constantFrom(...keys),
      operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
      values: fc.array(fc.constantFrom(...values), { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
  names: fc.array(fc.constantFrom('*', 'a*', '!a*', 'b-1', '!*-1', '?-?', 'nobody'), { maxLength: 2 }),
})

test('selecting with sets of clusters gives what looking at each cluster gives', () => {
  fc.assert(
    fc.property(fleets, fc.array(selectors, { minLength: 1, maxLength: 4 }), (clusters, all) => {
      // A catalog's clusters need not have the first ordinals: others may have left it.
      const index = createClusterIndex(['gone-1', ...clusters.map(({ name }) => name), 'gone-2'])
      const targeting = createTargeting(clusters, index)
      for (const selector of all) {
        const selected = targeting.select(selector)
        const names = index.names.filter((_, ordinal) => hasBit(selected, ordinal))
        expect(names).toEqual(
          clusters.filter((cluster) => matchesSelector(selector, cluster)).map(({ name }) => name),
        )
      }
    }),
    { numRuns: 300 },
  )
})

const shares: fc.Arbitrary<Share> = fc.oneof(
  fc.record({ kind: fc.constant('percent'), percent: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ kind: fc.constant('count'), count: fc.integer({ min: 0, max: 200 }) }),
)
const everything: Share = { kind: 'percent', percent: 100 }

test('wave quotas only rise, keep what was opened, and end with all targets', () => {
  const cases = fc.record({
    waves: fc.array(shares, { maxLength: 6 }),
    total: fc.integer({ min: 1, max: 5000 }),
    opened: fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(cases, ({ waves, total, opened }) => {
      const before = opened.toSorted((a, b) => a - b).map((quota) => ({ quota, openedAt: 0 }))
      const quotas = waveQuotas([...waves, everything], total, before)
      expect(quotas.slice(0, before.length)).toEqual(before.map(({ quota }) => quota))
      expect(quotas.toSorted((a, b) => a - b)).toEqual(quotas)
      expect(new Set(quotas).size).toBe(quotas.length)
      expect(Math.min(...quotas)).toBeGreaterThanOrEqual(1)
      expect(quotas.at(-1)).toBe(Math.max(total, before.at(-1)?.quota ?? 0))
      // No unopened wave is larger than what was written for it, but for the clamp to one.
      for (const quota of quotas.slice(before.length))
        expect([...waves, everything].some((share) => Math.max(1, shareOf(share, total)) >= quota)).toBe(true)
    }),
  )
})

test('an error budget never exceeds what was written, and the first wave has none', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100 }), fc.nat(5000), fc.nat(9), (percent, quota, wave) => {
      const budget = budgetOf({ kind: 'percent', percent }, wave, quota)
      expect(budget * 100).toBeLessThanOrEqual(percent * quota)
      expect(wave <= 1 ? budget : 0).toBe(0)
    }),
  )
})

const size = 12
const soak = 100
const deadline = 300
const start = 10_000
const bit = fc.constantFrom(0, 1)
const bytes = (of: fc.Arbitrary<number>) =>
  fc.array(of, { minLength: size, maxLength: size }).map((numbers) => Uint8Array.from(numbers))
const instants = fc
  .array(fc.integer({ min: start - 600, max: start }), { minLength: size, maxLength: size })
  .map((numbers) => Uint32Array.from(numbers))

/** Files: 0 absent, 1 the moving release, 2 an older one, 3 a newer one. */
const tallies: fc.Arbitrary<Omit<TallyInput, 'now'>> = fc
  .record({
    file: bytes(fc.integer({ min: 0, max: 3 })),
    state: bytes(fc.integer({ min: 0, max: 8 })),
    since: instants,
    observedAt: instants,
    contactAt: instants,
    movedByAttempt: bytes(bit),
    setApart: bytes(fc.constantFrom(0, 1, 2)),
    cordoned: bytes(bit),
    skipped: bytes(bit),
    barred: bytes(bit),
    pinnedElsewhere: bytes(bit),
    retriedAt: fc.constantFrom(new Uint32Array(), new Uint32Array(size).fill(start - 50)),
    silent: bytes(bit),
    bootstrapped: bytes(bit),
    targets: fc.shuffledSubarray(Array.from({ length: size }, (_, cluster) => cluster)),
  })
  .map(({ file, state, since, observedAt, targets, ...rest }) => ({
    ...rest,
    targets: Uint32Array.from(targets),
    desired: {
      files: ['', 'moving', 'older', 'newer'].map((release) => ({ blob: release, release })),
      file: Uint16Array.from(file),
      commit: new Uint32Array(size),
      mergedAt: new Uint32Array(size),
    },
    observed: { state, since, observedAt, running: new Uint16Array(size), evidence: new Map() },
    onRelease: Uint8Array.from([0, 1, 0, 0]),
    ahead: Uint8Array.from([0, 0, 0, 1]),
    soak,
    deadline,
  }))

const countsOf = (input: TallyInput) => {
  const { changesAt: _, soakEnds: _ends, ...counts } = tallyPlacements(input)
  return counts
}

test('every moved placement is counted once, and none that is not a target', () => {
  fc.assert(
    fc.property(tallies, (input) => {
      const tally = tallyPlacements({ ...input, now: start })
      expect(tally.healthy + tally.failed + tally.silent + tally.pending).toBe(tally.moved)
      expect(tally.soaked).toBeLessThanOrEqual(tally.healthy)
      expect(tally.taken + tally.movable.length).toBeLessThanOrEqual(input.targets.length)
      expect(tally.failing.length).toBeLessThanOrEqual(tally.failed)
      const targets = [...input.targets]
      for (const cluster of [...tally.failing, ...tally.movable, ...tally.waiting])
        expect(targets).toContain(cluster)
      expect(tally.movable).toEqual(targets.filter((cluster) => tally.movable.includes(cluster)))
      const { silent, setApart, cordoned } = input
      expect(tally.movable.some((cluster) => silent[cluster] || setApart[cluster] || cordoned[cluster])).toBe(
        false,
      )
      expect(tally.failing.some((cluster) => cordoned[cluster] || input.skipped[cluster])).toBe(false)
      expect(tally.movable.some((cluster) => input.skipped[cluster])).toBe(false)
      // Who is silent never counts as healthy.
      expect(tally.healthy).toBeLessThanOrEqual(targets.filter((cluster) => !input.silent[cluster]).length)
    }),
  )
})

test('time alone changes counts at changesAt and not a second earlier', () => {
  fc.assert(
    fc.property(tallies, (drawn) => {
      // Heard at every moment: else it is a report that changes counts, not time.
      const input = { ...drawn, contactAt: new Uint32Array(size).fill(2 ** 32 - 1) }
      const { changesAt } = tallyPlacements({ ...input, now: start })
      const before = countsOf({ ...input, now: start })
      const until = Math.min(changesAt, start + 5 * (soak + deadline))
      const earlier = [start, start + 1, Math.floor((start + until) / 2), until - 1]
      const moments = earlier.filter((now) => now >= start && now < until)
      expect(moments.map((now) => countsOf({ ...input, now }))).toEqual(moments.map(() => before))
      const after = changesAt === Infinity ? undefined : countsOf({ ...input, now: changesAt })
      expect(after).not.toEqual(before)
    }),
    { numRuns: 2000 },
  )
})

test('silence turns no placement into a failed one by time', () => {
  fc.assert(
    fc.property(tallies, fc.nat(100_000), (input, later) => {
      const silent = new Uint8Array(size).fill(1)
      const before = tallyPlacements({ ...input, silent, now: start })
      const after = tallyPlacements({ ...input, silent, now: start + later })
      expect(after.failed).toBe(before.failed)
      expect(after.healthy).toBe(0)
      expect(before.changesAt).toBe(Infinity)
    }),
  )
})

const named = (ordinals: Uint32Array, names: readonly string[]): readonly string[] =>
  [...ordinals].map((ordinal) => names[ordinal] ?? '')

test('the wave order is that of names and labels, in whatever order clusters are read', () => {
  fc.assert(
    fc.property(fleets, fc.constantFrom(undefined, 'region'), (clusters, domain) => {
      const [one, other] = [createClusterIndex(), createClusterIndex(['somebody'])]
      const first = named(waveOrder('prod', domain, clusters, one), one.names)
      const again = named(waveOrder('prod', domain, clusters.toReversed(), other), other.names)
      expect(again).toEqual(first)
      expect(first.toSorted()).toEqual(clusters.map(({ name }) => name).toSorted())
    }),
  )
})

test('a cluster that joins or leaves moves no other in the wave order', () => {
  const withJoiner = fleets.filter((clusters) => clusters.length > 1)
  fc.assert(
    fc.property(withJoiner, fc.nat(), fc.constantFrom(undefined, 'region'), (clusters, pick, domain) => {
      const index = createClusterIndex()
      const joiner = clusters[pick % clusters.length]
      const all = named(waveOrder('prod', domain, clusters, index), index.names)
      const rest = clusters.filter((cluster) => cluster !== joiner)
      const without = named(waveOrder('prod', domain, rest, index), index.names)
      expect(all.filter((name) => name !== joiner?.name)).toEqual(without)
    }),
  )
})

const releases: fc.Arbitrary<ServiceRelease> = fc.record({
  service: fc.constant('payments'),
  version: fc.constantFrom('1.0.0', '1.0.1', '1.0.0-rc.1', '1.0.0-rc.10', '1.10.0', '1.9.0', '2.0.0+build'),
  revision: fc.constantFrom('aaaaaaaa', 'bbbbbbbb', 'cccccccc'),
  catalogCommit: fc.constant('c1'),
})

test('the order of releases is a weak order: comparable, antisymmetric, transitive', () => {
  fc.assert(
    fc.property(fc.array(releases, { maxLength: 4 }), releases, releases, releases, (head, a, b, c) => {
      const order = createReleaseOrder(head)
      const sign = (x: ServiceRelease, y: ServiceRelease): number => Math.sign(order(x, y))
      expect(sign(a, a)).toBe(0)
      expect(sign(a, b) + sign(b, a)).toBe(0)
      expect(sign(a, b) > 0 || sign(b, c) > 0 || sign(a, c) <= 0).toBe(true)
      expect(sign(a, b) !== 0 || sign(b, c) !== 0 || sign(a, c) === 0).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('a release id gives back its version and revision', () => {
  fc.assert(
    fc.property(releases, ({ version, revision }) => {
      expect(parseReleaseId('payments', `${version}@${revision}`)).toEqual({
        service: 'payments',
        version,
        revision,
        catalogCommit: '',
      })
    }),
  )
})

/** The same files under other numbers, as another process gives them. */
function renumbered(desired: DesiredColumns, shift: readonly number[]): DesiredColumns {
  const rest = desired.files.slice(1)
  const order = rest.map((_, at) => at).toSorted((a, b) => (shift[a] ?? 0) - (shift[b] ?? 0) || a - b)
  const files = [{ blob: '', release: '' }, ...order.map((at) => rest[at] ?? { blob: '', release: '' })]
  return {
    ...desired,
    files,
    file: desired.file.map((file) => (file === 0 ? 0 : order.indexOf(file - 1) + 1)),
  }
}

test('recorded observations come back the same, however files are numbered by then', () => {
  const cases = fc.record({
    file: bytes(fc.integer({ min: 0, max: 4 })),
    running: bytes(fc.integer({ min: 0, max: 4 })),
    state: bytes(fc.integer({ min: 3, max: 8 })),
    since: instants,
    observedAt: instants,
    shift: fc.array(fc.nat(9), { minLength: 4, maxLength: 4 }),
    evidence: fc.dictionary(fc.constantFrom('0', '5', '11'), fc.string()),
  })
  fc.assert(
    fc.property(cases, ({ file, running, state, since, observedAt, shift, evidence }) => {
      const desired: DesiredColumns = {
        files: ['', 'b1', 'b2', 'b3', 'b4'].map((blob) => ({ blob, release: blob && `1.0.0@${blob}` })),
        file: Uint16Array.from(file),
        commit: new Uint32Array(size),
        mergedAt: Uint32Array.from(since),
      }
      const present = (cluster: number): boolean => file[cluster] !== 0
      const observed = {
        state: state.map((code, cluster) => (present(cluster) ? code : PlacementState.absent)),
        since: since.map((at, cluster) => (present(cluster) ? at : 0)),
        observedAt: observedAt.map((at, cluster) => (present(cluster) ? at : 0)),
        running: Uint16Array.from(running),
        evidence: new Map(
          Object.entries(evidence)
            .map(([cluster, why]): [number, string] => [Number(cluster), why])
            .filter(([cluster]) => present(cluster)),
        ),
      }
      const later = renumbered(desired, shift)
      const restored = restoreObserved(recordObserved(observed, desired), later, size)
      expect({ ...restored, running: undefined }).toEqual({ ...observed, running: undefined })
      const blobsOf = (columns: Uint16Array, { files }: DesiredColumns): readonly (string | undefined)[] =>
        [...columns].map((index) => files[index]?.blob)
      expect(blobsOf(restored.running, later)).toEqual(blobsOf(observed.running, desired))
    }),
  )
})

test('what was judged against another file than main has now is merely merged', () => {
  fc.assert(
    fc.property(bytes(bit), bytes(fc.integer({ min: 3, max: 8 })), instants, (changed, state, since) => {
      const columns = (of: (cluster: number) => number): DesiredColumns => ({
        files: ['', 'old', 'new'].map((blob) => ({ blob, release: blob })),
        file: Uint16Array.from({ length: size }, (_, cluster) => of(cluster)),
        commit: new Uint32Array(size),
        mergedAt: new Uint32Array(size).fill(start),
      })
      const before = columns(() => 1)
      const after = columns((cluster) => (changed[cluster] ? 2 : 1))
      const observed = {
        state,
        since,
        observedAt: since,
        running: new Uint16Array(size).fill(1),
        evidence: new Map([[0, 'down']]),
      }
      const restored = restoreObserved(recordObserved(observed, before), after, size)
      for (let cluster = 0; cluster < size; cluster++) {
        expect(restored.state[cluster]).toBe(changed[cluster] ? PlacementState.merged : state[cluster])
        expect(restored.since[cluster]).toBe(changed[cluster] ? start : since[cluster])
      }
      expect(restored.evidence.has(0)).toBe(!changed[0])
    }),
  )
})
