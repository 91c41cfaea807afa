import { type Static, Type } from 'typebox'
import { clustersOf } from '../../core/plan/gates.ts'
import { requireCluster } from '../authoring/clusters.ts'
import { given } from '../given.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import type { PlanningView, Workspace } from '../workspace.ts'
import { type Affected, defineOrder } from './order.ts'
import { orderFile } from './order-file.ts'
import { requireScope } from './scope.ts'

const input = object({
  service: Type.Optional(Type.String({ description: 'whose change it is; or give a cluster' })),
  group: Type.Optional(Type.String({ description: 'default: the only group that waits' })),
  cluster: Type.Optional(Type.String({ description: 'cluster that shall be emptied' })),
  digest: Type.Optional(
    Type.String({
      description: 'of a wave, as its pull request shows it; default: of what waits to leave',
      pattern: '^sha256:[0-9a-f]{64}$',
    }),
  ),
  reason: Type.String(),
})
type Input = Static<typeof input>

/** A change that waits for a person. */
interface Asked {
  readonly service: string | undefined
  readonly group: string | undefined
  readonly cluster: string | undefined
  readonly digest: string
  readonly summary: readonly string[]
  readonly affects: readonly Affected[]
}

export const approve = defineOrder({
  name: 'approve',
  summary: 'Agrees to a change that waits for a person',
  input,
  async prepare(workspace: Workspace, asked: Input) {
    const planning = await workspace.planning()
    const { service, group, cluster, digest, summary, affects } = askedFor(planning, asked)
    const { reason } = asked
    const spec = { ...given({ service, group, cluster }), digest, reason }
    const { path, text } = orderFile('Approve', [service ?? cluster, group], spec, {
      catalog: planning.catalog,
      now: workspace.now,
    })
    return {
      input: { ...asked, digest },
      summary: [...summary, `only this is approved: ${digest}`],
      affects,
      changes: [{ path, text }],
      message: `Approve ${[service ?? cluster, group].filter((word) => word !== undefined).join(' in ')}\n\n${reason}\n\nDigest: ${digest}\n`,
      acknowledgement: undefined,
    }
  },
})

function askedFor(planning: PlanningView, asked: Input): Asked {
  const { service, cluster } = asked
  if (cluster !== undefined && service === undefined) return emptyingOf(planning, asked, cluster)
  if (service !== undefined && cluster === undefined) return changeOf(planning, asked, service)
  throw new KnownError('give a service or a cluster, one of them', 'halctl approve payments --group prod')
}

function emptyingOf(planning: PlanningView, asked: Input, cluster: string): Asked {
  const emptying = planning.emptyings().find((each) => planning.targets.index.names[each.cluster] === cluster)
  const gate = emptying?.waitsFor.find((each) => each.gate === 'approval')
  if (!emptying || !gate) {
    requireCluster(planning.catalog.snapshot.catalog, cluster)
    throw new KnownError(`nothing waits for approval on ${cluster}`, 'how far clusters are: halctl status')
  }
  const { digest } = requireSame(asked, emptying.digest)
  const group = planning.targets.groupOf(emptying.cluster)?.name
  const affects = group === undefined ? [] : [{ service: null, group, clusters: 1, failing: 0 }]
  return { service: undefined, group: undefined, cluster, digest, summary: [gate.reason], affects }
}

function changeOf(planning: PlanningView, asked: Input, service: string): Asked {
  const { approvals = [], proposals } = planning.plan(service).plan
  const wanted = approvals.filter(({ group }) => (asked.group ?? group) === group)
  const removal = wanted.find(({ digest }) => digest === asked.digest) ?? wanted[0]
  const waves = proposals.filter((each) => each.kind === 'wave' && each.needsApproval)
  const wave = waves.find(({ group }) => (asked.group ?? group) === group)
  const isWave = asked.digest !== undefined && removal?.digest !== asked.digest
  if (isWave && asked.digest !== undefined && wave?.kind === 'wave') {
    const { group, clusters, release } = wave
    const summary = [
      `${release.version} goes to ${clustersOf(clusters.length)} of ${group}, wave ${wave.wave}`,
    ]
    const affects = [{ service, group, clusters: clusters.length, failing: 0 }]
    return { service, group, cluster: undefined, digest: asked.digest, summary, affects }
  }
  if (wanted.length > 1 && asked.group === undefined)
    throw new KnownError(
      `${service} waits for approval in ${wanted.map(({ group }) => group).join(' and ')}`,
      'give one of them with --group',
    )
  if (!removal) {
    requireScope(planning.catalog.snapshot.catalog, { service: undefined, group: asked.group })
    throw new KnownError(
      wave
        ? 'a wave is approved by the digest in its pull request'
        : `nothing of ${service} waits for approval`,
      wave ? 'copy it from there: --digest sha256:…' : `what it waits for: halctl explain ${service}`,
    )
  }
  const { digest } = requireSame(asked, removal.digest)
  const { group, clusters, reason } = removal
  const affects = [{ service, group, clusters: clusters.length, failing: 0 }]
  return {
    service,
    group,
    cluster: undefined,
    digest,
    summary: [`${service} in ${group}: ${reason}`],
    affects,
  }
}

/** What is approved is what was seen: it may have become another change since. */
function requireSame(asked: Input, digest: string): { readonly digest: string } {
  if (asked.digest === undefined || asked.digest === digest) return { digest }
  throw new KnownError(`what waits now is ${digest}`, 'look at it again: halctl status')
}
