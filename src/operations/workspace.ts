import type { CatalogSnapshot } from '../adapters/catalog/port.ts'
import type { FleetState, PublishedPlan, PublishedStatus } from '../adapters/fleet/port.ts'
import type { Commit, GitRepository, Oid } from '../adapters/git/port.ts'
import type { ChartRenderer } from '../adapters/helm/port.ts'
import type { Freezes } from '../core/check/freezes.ts'
import type { ChartRepository } from '../core/domain/chart-repository.ts'
import type { Finding } from '../core/domain/finding.ts'
import type { ChartReference } from '../core/domain/service-version.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'
import type { FleetNotice } from '../core/plan/fleet-notices.ts'
import type { EmptyingPlan } from '../core/plan/plan-decommission.ts'
import { type CatalogTargets, type ObservedView } from '../core/plan/service-inputs.ts'
import type { ServicePlanInput } from '../core/plan/plan-input.ts'
import type { ServicePlan } from '../core/plan/service-plan.ts'
import { KnownError } from './known-error.ts'

/** What every question is asked about. Each part is opened when first asked for, once. */
export interface Workspace {
  readonly now: Instant
  catalog(): Promise<CatalogView>
  fleet(): Promise<FleetView>
  /** The fleet's history alone, which costs nothing of reading its state. */
  fleetLog(): Promise<FleetLog>
  /** The fleet repository itself, all of its history. Throws `KnownError` where people's own machines alone may be put to that work. */
  fleetRepository(): Promise<FleetRepository>
  /** Catalog, fleet and what the clusters report, over one cluster index. */
  planning(): Promise<PlanningView>
  /** What a controller published lately, which answers without reading the fleet; undefined: nothing. */
  published(): Promise<Published | undefined>
  /** Charts by helm. Throws `KnownError` where questions are not asked by a person at their own machine. */
  charts(options: ChartOptions): Promise<ChartRenderer>
  /** `sha256:…` that a chart has in its repository now. Throws `KnownError` where there is no such chart, or as `charts`. */
  chartDigest(chart: ChartName, repository: ChartRepository): Promise<string>
}

export type ChartName = Pick<ChartReference, 'name' | 'version'>

export interface ChartOptions {
  /** A folder of charts that is read instead of all repositories. */
  readonly from: string | undefined
  /** The helm program; undefined: wherever it is found. */
  readonly helm: string | undefined
}

/** Where the parts come from. Each throws `KnownError` when there is no such repository. */
export interface WorkspaceSources {
  readonly now: Instant
  readonly catalog: () => Promise<CatalogParts>
  readonly fleet: () => Promise<FleetView>
  /** What a controller published, however long ago. Default: nothing. */
  readonly published?: () => Promise<Published | undefined>
  /** Default: from `fleet`. */
  readonly fleetLog?: () => Promise<FleetLog>
  /** Default: it is not read here. */
  readonly fleetRepository?: () => Promise<FleetRepository>
  /** Default: charts are not rendered here. */
  readonly charts?: (options: ChartOptions) => Promise<ChartRenderer>
  readonly chartDigest?: Workspace['chartDigest']
}

export interface CatalogParts {
  readonly snapshot: CatalogSnapshot
  /** The catalog at another commit, branch or tag. */
  readAt(revision: string): Promise<CatalogSnapshot>
  /** The last commit that changed a path; undefined where there is no history. */
  lastChange(path: string): Promise<Commit | undefined>
}

export interface CatalogView extends CatalogParts {
  readonly commit: string
  /** Findings of reading and of all checks, with their places, sorted. */
  readonly findings: readonly Finding[]
  /** All that errors freeze. */
  readonly freezes: Freezes
  /** The first error that keeps a service at its last good state. */
  frozenBy(service: string): string | undefined
}

export interface FleetLog {
  /** Main's head; undefined: an empty repository. */
  readonly head: Oid | undefined
  log: GitRepository['log']
}

/** For questions about every file and who wrote it. */
export interface FleetRepository extends FleetLog, Pick<GitRepository, 'walk' | 'tree' | 'readBlobs'> {
  /** The commit that a commit id, branch or tag names. Throws `KnownError` where there is none. */
  resolve(revision: string): Promise<Oid>
  /** Why the text of a rollout file is none; undefined: it is one. */
  rolloutProblem(path: string, text: string): string | undefined
}

export interface FleetView {
  readonly state: FleetState
  log: GitRepository['log']
  readBlobs(oids: readonly Oid[]): Promise<readonly string[]>
  /** What clusters report. Asked for once the catalog's clusters have their ordinals in `state.clusters`. */
  observe(silentAfter: number): Observations
}

export interface Observations {
  readonly view: ObservedView
  /** Last sign of life by cluster ordinal; 0: none. */
  readonly contactAt: Uint32Array
  /** The moment that they speak of: plans are made for it. */
  readonly at: Instant
  /** Who published them; undefined: nobody has. */
  readonly publishedBy: string | undefined
}

/** What a controller published, with what it takes to explain it. */
export interface Published {
  readonly status: PublishedStatus
  /** Of the catalog, up to the commit that the controller acted on. */
  readonly lastChange: CatalogParts['lastChange']
}

/** What is known about a service, for explaining it. */
export interface ServiceView {
  readonly catalog: {
    readonly snapshot: Pick<CatalogSnapshot, 'catalog'>
    readonly lastChange: CatalogParts['lastChange']
  }
  /** The line of a service's document that says its targets, from 1; undefined: it says nothing of them. */
  targetsLine(service: string): number | undefined
  readonly targets: CatalogTargets
  readonly observations: Pick<Observations, 'at' | 'contactAt'>
  plan(service: string): ExplainedService
}

export interface ExplainedService {
  readonly input: ServicePlanInput
  readonly plan: PublishedPlan
}

export interface PlanningView extends ServiceView {
  readonly catalog: CatalogView
  readonly fleet: FleetView
  readonly observations: Observations
  /** Names of all services, sorted, or only `service`. Throws `KnownError` for one that does not exist. */
  services(service: string | undefined): readonly string[]
  plan(service: string): PlannedService
  /** How far the clusters are that shall be emptied. */
  emptyings(): readonly EmptyingPlan[]
  /** What is amiss in the fleet that no plan mends. */
  notices(): readonly FleetNotice[]
}

export interface PlannedService {
  readonly input: ServicePlanInput
  readonly plan: ServicePlan
}

/** A controller publishes once a minute; when it missed that twice, it may have stopped. */
const publishedLately: Seconds = 180

/** The same workspace, in which everything is worked out from the repositories as they are now. */
export function withoutPublished(workspace: Workspace): Workspace {
  return { ...workspace, published: async () => undefined }
}

export function openWorkspace({ now, ...sources }: WorkspaceSources): Workspace {
  const catalog = once(async () => {
    const { checkedCatalog } = await import('./checked-catalog.ts')
    return checkedCatalog(await sources.catalog())
  })
  const fleet = once(sources.fleet)
  return {
    now,
    catalog,
    fleet,
    published: once(async () => {
      const published = await sources.published?.()
      return published && now - published.status.publishedAt <= publishedLately ? published : undefined
    }),
    fleetLog: once(sources.fleetLog ?? (async () => logOf(await fleet()))),
    fleetRepository: once(sources.fleetRepository ?? noHistory),
    planning: once(async () =>
      (await import('./planning-view.ts')).createPlanning(await catalog(), await fleet()),
    ),
    charts: sources.charts ?? noCharts,
    chartDigest: sources.chartDigest ?? noCharts,
  }
}

async function noCharts(): Promise<never> {
  throw new KnownError('charts are not read here', 'run halctl at your own machine, on the catalog')
}

async function noHistory(): Promise<never> {
  throw new KnownError(
    'the history of the fleet is not gone through here',
    'run halctl at your own machine or in CI, on the fleet repository',
  )
}

function logOf({ state, log }: FleetView): FleetLog {
  return { head: state.head, log }
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => (made ??= make())
}
