import type {
  Fleet,
  FleetState,
  PublishedEmptying,
  PublishedPlan,
  PublishedService,
  ServiceStanding,
  SharedCatalog,
} from '../adapters/fleet/port.ts'
import type { Catalog } from '../core/domain/catalog.ts'
import type { Service } from '../core/domain/service.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'
import type { FleetNotice } from '../core/plan/fleet-notices.ts'
import type { EmptyingPlan } from '../core/plan/plan-decommission.ts'
import { servicePlanInput, type StepView } from '../core/plan/service-inputs.ts'
import { withSickness } from '../core/plan/sick.ts'
import type { ServicePlanInput } from '../core/plan/plan-input.ts'
import type { ServicePlan, Tally } from '../core/plan/service-plan.ts'
import type { CatalogState } from './catalog-state.ts'
import type { Observations } from './observations.ts'

/** The status is published at least this often while a controller steps. */
const publishEvery: Seconds = 60
/** After news (another catalog, another main) it is published sooner, but never more often than this. */
const publishNewsEvery: Seconds = 10

/** What is answered about one service among all of them. */
export interface Summarize {
  /** Changes whenever the summaries get another shape. */
  readonly shape: string
  /** A JSON value. */
  of(planned: { readonly input: ServicePlanInput; readonly plan: ServicePlan }): unknown
}

export interface StatusSubject {
  readonly catalog: CatalogState
  readonly fleet: Pick<
    FleetState,
    'head' | 'clusters' | 'bootstrapped' | 'problems' | 'edits' | 'desired' | 'rollout'
  >
  readonly observations: Pick<Observations, 'contactAt' | 'silent' | 'blackouts' | 'observed'>
  readonly plans: ReadonlyMap<string, ServicePlan>
  readonly emptyings: readonly EmptyingPlan[]
  readonly notices: readonly FleetNotice[]
  readonly now: Instant
}

/** Publishes what the controller sees at `refs/halyard/status`, for people without a server: a Hold at once. */
export function createStatusPublisher(fleet: Fleet, holder: string, summarize: Summarize | undefined) {
  let publishedAt = -Infinity
  let acknowledged = ''
  let told: Observations['blackouts'] | undefined
  let seen = ''

  return {
    async publish(subject: StatusSubject): Promise<void> {
      const { catalog, fleet: state, observations, now } = subject
      const holds = catalog.targets.catalog.directives
        .filter(({ kind }) => kind === 'Hold')
        .map(({ name }) => name)
      const { blackouts } = observations
      const commits = `${catalog.commit} ${state.head}`
      const isUrgent = holds.join(' ') !== acknowledged || blackouts !== told
      const every = commits === seen ? publishEvery : publishNewsEvery
      if (!isUrgent && now < publishedAt + every) return
      const step = withSickness(catalog.targets, state, observations)
      await fleet.publishStatus({
        publishedAt: now,
        holder,
        catalogCommit: catalog.commit,
        fleetCommit: state.head,
        acknowledged: holds,
        clusters: state.clusters.names,
        contactAt: observations.contactAt,
        bootstrapped: state.bootstrapped,
        sickness: step.sickness(),
        blackouts,
        problems: state.problems,
        edits: state.edits,
        notices: subject.notices,
        emptyings: publishedEmptyings(subject),
        summaryShape: summarize?.shape,
        catalog: sharedCatalog(catalog.targets.catalog),
        services: standings(subject, step, summarize),
      })
      publishedAt = now
      acknowledged = holds.join(' ')
      told = blackouts
      seen = commits
    },
  }
}

function publishedEmptyings({ emptyings, fleet: { clusters } }: StatusSubject): readonly PublishedEmptying[] {
  return emptyings.map(({ cluster, state, digest, waitsFor, leaves }) => ({
    cluster: clusters.names[cluster] ?? '',
    state,
    digest,
    waitsFor,
    leaves,
  }))
}

/** What all services share, and nothing else. */
function sharedCatalog({
  commit,
  settings,
  clusters,
  groups,
  chartRepositories,
  sourceRepositories,
  directives,
  templates,
}: Catalog): SharedCatalog {
  return {
    commit,
    settings,
    clusters,
    groups,
    chartRepositories,
    sourceRepositories,
    directives,
    templates,
  }
}

function standings(
  { catalog, fleet, plans }: StatusSubject,
  step: StepView,
  summarize: Summarize | undefined,
): readonly ServiceStanding[] {
  const { targets, freezes } = catalog
  const { services, versions, groups, clusters, directives, settings, templates } = targets.catalog
  const { requires } = targets
  return [...services].flatMap(([name, service]) => {
    const plan = plans.get(name)
    if (!plan) return []
    const [frozenBy, frozenOn] = [freezes.reasonOf(name), freezes.placementsOf(name)]
    const rollouts = targets.groupsOf(name).flatMap(({ group }) => fleet.rollout(group.name, name) ?? [])
    const neighbours = [
      ...new Set([...requires.dependenciesOf(name), ...requires.dependentsOf(name)]),
    ].toSorted()
    // Observations change in place, but then the service is planned again.
    const changing = [
      plan,
      fleet.desired(name),
      ...rollouts,
      frozenBy,
      [...frozenOn].join(' '),
      neighbours.join(' '),
    ]
    const shared = [service, versions.get(name), groups, clusters, directives, settings, templates]
    return [
      {
        name,
        of: [...shared, ...changing],
        read(): PublishedService {
          const input = servicePlanInput(targets, name, fleet, step, freezes)
          if (!input) throw new Error(`${name} is planned, but not in the catalog`)
          return {
            service,
            targetsLine: targetsLine(catalog, service),
            versions: versions.get(name) ?? [],
            frozenBy,
            frozenOn,
            neighbours,
            desired: input.desired,
            observed: input.observed,
            rollouts,
            plan: publishedPlan(plan),
            summary: summarize?.of({ input, plan }),
          }
        },
      },
    ]
  })
}

function targetsLine({ snapshot }: CatalogState, { name, file }: Service): number | undefined {
  const [located] = snapshot.locate([
    {
      severity: 'warning',
      scope: { kind: 'service', name },
      file,
      field: ['spec', 'targets'],
      message: '',
      remedy: '',
    },
  ])
  return located?.position?.line
}

/** Without what only the controller works with: whole proposals, and lists of ordinals. */
function publishedPlan({ groups, proposals }: ServicePlan): PublishedPlan {
  return {
    groups: groups.map((group) => ({ ...group, tally: countsOf(group.tally) })),
    proposals: proposals.map(({ group }) => ({ group })),
  }
}

function countsOf({ targets, moved, healthy, soaked, failed, silent, sick, pending }: Tally): Tally {
  return { targets, moved, healthy, soaked, failed, silent, sick, pending }
}
