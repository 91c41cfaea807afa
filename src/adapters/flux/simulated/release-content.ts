import { createHash } from 'node:crypto'
import type { WorkloadReport } from '../../../core/domain/report.ts'
import type { Behaviour } from './behaviour.ts'
import { numberAt, stringAt, valueAt } from './json.ts'
import type { Manifest } from './manifests.ts'
import { parseQuantity } from './quantities.ts'

/** What Helm would install: a chart's bytes with values. Equal keys are the same content. */
export interface ReleaseContent {
  readonly key: string
  readonly chartName: string
  readonly chartVersion: string
  /** Helm's name and namespace of the release. */
  readonly releaseName: string
  readonly releaseNamespace: string
  readonly workload: WorkloadContent
}

export interface WorkloadContent {
  readonly kind: WorkloadReport['kind']
  readonly namespace: string
  readonly name: string
  readonly replicas: number
  /** Kubernetes quantities. */
  readonly memory: string
  readonly cpu: string
}

/** The largest pod that a cluster can run. */
export interface NodeSize {
  readonly memory: number
  readonly cpu: number
}

/** A chart that a source object resolved. */
export interface ChartArtifact {
  readonly digest: string
  readonly name: string
  readonly version: string
}

/**
 * The artifact of a HelmChart or OCIRepository; undefined: it can not be fetched. There is no registry to ask:
 * the digest is the annotation `halyard.dev/chart-digest`, or what an OCIRepository is pinned to, and a chart that
 * is pinned by digest alone has the version of the release that uses it.
 */
export function chartArtifact(source: Manifest, release: Manifest): ChartArtifact | undefined {
  const { annotations, spec } = source
  const digest = stringAt(annotations, 'halyard.dev/chart-digest') ?? stringAt(spec, 'ref', 'digest')
  if (digest === undefined) return undefined
  if (source.kind === 'HelmChart') {
    return {
      digest,
      name: stringAt(spec, 'chart') ?? source.name,
      version: stringAt(spec, 'version') ?? '0.0.0',
    }
  }
  const name = stringAt(spec, 'url')?.split('/').at(-1) ?? source.name
  const written =
    stringAt(spec, 'ref', 'tag') ?? stringAt(release.annotations, 'event.toolkit.fluxcd.io/version')
  // As helm-controller names charts from OCI artifacts: version plus 12 digits of the digest.
  return { digest, name, version: `${written ?? '0.0.0'}+${digest.replace('sha256:', '').slice(0, 12)}` }
}

/** What a HelmRelease with this chart installs. */
export function releaseContent(
  release: Manifest,
  chart: ChartArtifact,
  behaviour: Behaviour,
): ReleaseContent {
  const { spec, namespace } = release
  const kind = behaviour.workloadKinds[chart.name] ?? 'Deployment'
  const releaseName = stringAt(spec, 'releaseName') ?? release.name
  const configuration = [spec['values'], spec['valuesFrom'], spec['postRenderers']]
  const identity = JSON.stringify([chart, kind, namespace, releaseName, configuration])
  const key = createHash('sha256').update(identity).digest('hex').slice(0, 16)
  const known = contents.get(release)
  if (known?.key === key) return known
  const content = {
    key,
    chartName: chart.name,
    chartVersion: chart.version,
    releaseName,
    releaseNamespace: namespace,
    workload: {
      kind,
      namespace,
      name: releaseName,
      replicas: numberAt(spec, 'values', 'replicas') ?? numberAt(spec, 'values', 'replicaCount') ?? 1,
      memory: quantityAt(release, 'memory'),
      cpu: quantityAt(release, 'cpu'),
    },
  }
  contents.set(release, content)
  return content
}

/** Manifests are shared between clusters, so their contents are too. */
const contents = new WeakMap<Manifest, ReleaseContent>()

/** Why no pod of a workload can start on a node, in the words of the scheduler; undefined: it can. */
export function unschedulable(workload: WorkloadContent, node: NodeSize): string | undefined {
  const [memory, cpu] = [parseQuantity(workload.memory), parseQuantity(workload.cpu)]
  if (memory === undefined || cpu === undefined)
    return 'FailedCreate: quantities must match the regular expression'
  if (memory > node.memory) return 'Unschedulable: Insufficient memory'
  return cpu > node.cpu ? 'Unschedulable: Insufficient cpu' : undefined
}

function quantityAt(release: Manifest, resource: string): string {
  const quantity = valueAt(release.spec, 'values', 'resources', 'requests', resource)
  return typeof quantity === 'string' || typeof quantity === 'number' ? String(quantity) : '0'
}
