import type { JsonObject } from '../../../core/domain/cluster.ts'
import type { Instant } from '../../../core/domain/time.ts'
import {
  type AnyRelease,
  namespaceKustomization,
  namespaceOf,
  type Records,
  releasesOf,
} from './placement-facts.ts'
import {
  type ChartRecord,
  type HelmReleaseRecord,
  type KeptWorkload,
  keyOf,
  type KustomizationRecord,
  type ObjectKey,
  toChart,
  toHelmRelease,
  toKustomization,
  toWorkload,
  type WorkloadKey,
  type WorkloadRecord,
} from './records.ts'
import type { Pool } from './pool.ts'

/** What a cluster has, as its watches told. */
export interface ClusterObjects extends Records {
  /** The kinds as the watches see them. */
  readonly kinds: readonly KindOfObjects[]
  /** Placements that may have changed since they were taken last; taking them empties it. */
  takeChanged(): ReadonlySet<ObjectKey>
  setReason(key: WorkloadKey, reason: string): void
}

/** One kind that is listed and watched. */
export interface KindOfObjects {
  readonly path: string
  set(object: JsonObject): void
  remove(object: JsonObject): void
  /** Removes all that is not among these keys. */
  keepOnly(keys: ReadonlySet<string>): void
  keyOf(object: JsonObject): string
}

export function createClusterObjects(pool: Pool, now: () => Instant): ClusterObjects {
  const helmReleases = new Map<ObjectKey, HelmReleaseRecord>()
  const kustomizations = new Map<ObjectKey, KustomizationRecord>()
  const charts = new Map<ObjectKey, ChartRecord>()
  const workloads = new Map<WorkloadKey, KeptWorkload>()
  let changed = new Set<ObjectKey>()

  const all = { helmReleases, kustomizations, charts, workloads }
  const mark = (key: ObjectKey): void => void changed.add(key)
  const markWhere = (isConcerned: (release: AnyRelease) => boolean): void => {
    for (const release of releasesOf(all)) if (isConcerned(release)) mark(release.key)
  }
  const touched: Touched = {
    release: mark,
    kustomization(key) {
      mark(key)
      markWhere((release) => namespaceKustomization(namespaceOf(release.key)) === key)
    },
    chart: (key) => markWhere(({ record }) => 'chart' in record && record.chart === key),
    workload(key) {
      const owner = workloads.get(key)?.owner
      markWhere((release) => release.id === owner || release.record.inventory.includes(key))
    },
  }
  return {
    ...all,
    kinds: kindsOf(all, touched, pool, now),
    takeChanged() {
      const taken = changed
      changed = new Set()
      return taken
    },
    setReason(key, reason) {
      const workload = workloads.get(key)
      if (!workload || workload.reason === reason) return
      workloads.set(key, { ...workload, reason })
      touched.workload(key)
    },
  }
}

/** Marks the placements that an object is part of. */
interface Touched {
  release(key: ObjectKey): void
  kustomization(key: ObjectKey): void
  chart(key: ObjectKey): void
  workload(key: WorkloadKey): void
}

interface WritableRecords {
  readonly helmReleases: Map<ObjectKey, HelmReleaseRecord>
  readonly kustomizations: Map<ObjectKey, KustomizationRecord>
  readonly charts: Map<ObjectKey, ChartRecord>
  readonly workloads: Map<WorkloadKey, KeptWorkload>
}

/** OCIRepositories and GitRepositories are not among them: releases tell digest and revision themselves. */
function kindsOf(
  { helmReleases, kustomizations, charts, workloads }: WritableRecords,
  touched: Touched,
  pool: Pool,
  now: () => Instant,
): readonly KindOfObjects[] {
  const flux = {
    helm: '/apis/helm.toolkit.fluxcd.io/v2',
    kustomize: '/apis/kustomize.toolkit.fluxcd.io/v1',
    source: '/apis/source.toolkit.fluxcd.io/v1',
  }
  const workloadKinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'] as const
  return [
    kindOf(`${flux.helm}/helmreleases`, helmReleases, touched.release, (object) =>
      toHelmRelease(object, pool),
    ),
    kindOf(`${flux.kustomize}/kustomizations`, kustomizations, touched.kustomization, (object) =>
      toKustomization(object, pool),
    ),
    kindOf(`${flux.source}/helmcharts`, charts, touched.chart, (object) => toChart(object, pool)),
    ...workloadKinds.map((kind) =>
      kindOf<KeptWorkload>(
        `/apis/${kind === 'Job' ? 'batch' : 'apps'}/v1/${kind.toLowerCase()}s`,
        workloads,
        touched.workload,
        (object, before) => toKeptWorkload(toWorkload(kind, object, pool), before, now()),
        `${kind}/`,
      ),
    ),
  ]
}

function kindOf<Kept extends { readonly version: string }>(
  path: string,
  kept: Map<string, Kept>,
  touched: (key: string) => void,
  toKept: (object: JsonObject, before: Kept | undefined) => Kept | undefined,
  prefix = '',
): KindOfObjects {
  const key = (object: JsonObject): string => `${prefix}${keyOf(object)}`
  const remove = (gone: string): void => {
    if (!kept.has(gone)) return
    // Those that it concerns are found by what it was.
    touched(gone)
    kept.delete(gone)
  }
  return {
    path,
    keyOf: key,
    set(object) {
      const at = key(object)
      const before = kept.get(at)
      const next = toKept(object, before)
      if (next === undefined) return
      kept.set(at, next)
      if (next.version !== before?.version) touched(at)
    },
    remove: (object) => remove(key(object)),
    keepOnly(keys) {
      for (const each of [...kept.keys()]) if (each.startsWith(prefix) && !keys.has(each)) remove(each)
    },
  }
}

function toKeptWorkload(
  record: WorkloadRecord | undefined,
  before: KeptWorkload | undefined,
  now: Instant,
): KeptWorkload | undefined {
  if (record === undefined) return undefined
  const known = before?.uid === record.uid ? before : undefined
  const goesOn = known?.current === record.current
  // What was wrong with the pods of another generation, or before they were ready, is over.
  const keepsReason = goesOn && known.generation === record.generation
  return {
    ...record,
    since: goesOn ? known.since : Math.min(now, record.statusAt),
    reason: keepsReason ? known.reason : undefined,
  }
}
