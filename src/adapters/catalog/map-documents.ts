import type { ChartRepository } from '../../core/domain/chart-repository.ts'
import type { Cluster, JsonObject } from '../../core/domain/cluster.ts'
import type { DeploymentGroup, Strategy } from '../../core/domain/deployment-group.ts'
import type { Directive } from '../../core/domain/directive.ts'
import type { Service } from '../../core/domain/service.ts'
import type { ServiceVersion } from '../../core/domain/service-version.ts'
import type { BudgetScope, PruneGuard, Settings } from '../../core/domain/settings.ts'
import type { Share } from '../../core/domain/share.ts'
import type { SourceRepository } from '../../core/domain/source-repository.ts'
import type { ClusterDocument } from './documents/cluster.ts'
import type { DeploymentGroupDocument, StrategyDocument } from './documents/deployment-group.ts'
import type { CatalogDocument } from './documents/kinds.ts'
import type { ServiceDocument } from './documents/service.ts'
import type { ServiceVersionDocument } from './documents/service-version.ts'
import type { SettingsDocument } from './documents/settings.ts'
import { mapDirective } from './map-directives.ts'
import { mapSelector, parseDuration } from './map-fields.ts'
import { mapPayload } from './map-payload.ts'
import { mapChartRepository, mapSourceRepository } from './map-repositories.ts'

/** A document as its domain value, tagged by what it is. */
export type CatalogEntry =
  | { readonly kind: 'settings'; readonly value: Settings }
  | { readonly kind: 'group'; readonly value: DeploymentGroup }
  | { readonly kind: 'cluster'; readonly value: Cluster }
  | { readonly kind: 'chartRepository'; readonly value: ChartRepository }
  | { readonly kind: 'sourceRepository'; readonly value: SourceRepository }
  | { readonly kind: 'service'; readonly value: Service }
  | { readonly kind: 'version'; readonly value: ServiceVersion }
  | { readonly kind: 'directive'; readonly value: Directive }

/** Turns a valid document into the domain, filling in the defaults that its schema describes. */
export function mapDocument(document: CatalogDocument, file: string): CatalogEntry {
  switch (document.kind) {
    case 'Settings':
      return { kind: 'settings', value: mapSettings(document, file) }
    case 'DeploymentGroup':
      return { kind: 'group', value: mapGroup(document, file) }
    case 'Cluster':
      return { kind: 'cluster', value: mapCluster(document, file) }
    case 'ChartRepository':
      return { kind: 'chartRepository', value: mapChartRepository(document, file) }
    case 'SourceRepository':
      return { kind: 'sourceRepository', value: mapSourceRepository(document, file) }
    case 'Service':
      return { kind: 'service', value: mapService(document, file) }
    case 'ServiceVersion':
      return { kind: 'version', value: mapVersion(document, file) }
    case 'Hold':
    case 'Rollback':
    case 'Freeze':
    case 'Cordon':
    case 'Withdraw':
    case 'Expedite':
    case 'Skip':
    case 'Retry':
    case 'Promote':
    case 'Pin':
    case 'Approve':
      return { kind: 'directive', value: mapDirective(document, file) }
  }
}

function mapSettings({ spec }: SettingsDocument, file: string): Settings {
  const { url, branch = 'main', secretRef, repairEdits, forge } = spec.fleet
  return {
    fleet: {
      url,
      branch,
      secretRef,
      ...(repairEdits === undefined ? {} : { repairEdits }),
      ...(forge && { forge }),
    },
    silentAfter: parseDuration(spec.silentAfter ?? '10m'),
    health: mapHealth(spec.health),
    pruneGuard: mapPruneGuard(spec.pruneGuard),
    pullRequests: { maxClusters: spec.pullRequests?.maxClusters ?? 250 },
    changeBudgets: (spec.changeBudgets ?? []).map(({ per, max, within }) => ({
      per: parseScope(per),
      max: parseShare(max),
      within: parseDuration(within),
    })),
    secretsNamespace: spec.secretsNamespace ?? 'external-secrets',
    file,
  }
}

function mapHealth({
  blackout = '20%',
  sick = '50%',
  sickLeast = 2,
}: SettingsDocument['spec']['health'] = {}): Settings['health'] {
  return { blackout: parseShare(blackout), sick: parseShare(sick), sickLeast }
}

function mapPruneGuard({
  service = '25%',
  cluster = '30%',
  fleet = '5%',
}: SettingsDocument['spec']['pruneGuard'] = {}): PruneGuard {
  return { service: parseShare(service), cluster: parseShare(cluster), fleet: parseShare(fleet) }
}

function mapGroup({ metadata, spec }: DeploymentGroupDocument, file: string): DeploymentGroup {
  return {
    name: metadata.name,
    clusterSelector: mapSelector(spec.clusterSelector),
    after: spec.after ?? [],
    promotion: { mode: spec.promotion?.mode ?? 'auto', soak: parseDuration(spec.promotion?.soak ?? '0s') },
    strategy: mapStrategy(spec.strategy ?? {}),
    file,
  }
}

function mapStrategy(strategy: StrategyDocument): Strategy {
  return {
    waves: (strategy.waves ?? [1, '10%', '50%', '100%']).map(parseShare),
    soak: parseDuration(strategy.soak ?? '30m'),
    deadline: parseDuration(strategy.deadline ?? '20m'),
    maxUnhealthy: parseShare(strategy.maxUnhealthy ?? 0),
    maxSilent: parseShare(strategy.maxSilent ?? 0),
    failureDomain: strategy.failureDomain,
    onFailure: strategy.onFailure ?? 'rollback',
    supersede: strategy.supersede ?? 'finish-wave',
    catchUp: strategy.catchUp ?? 'waves',
  }
}

/** `label:region`, or one of the plain words. */
function parseScope(per: string): BudgetScope {
  if (per.startsWith('label:')) return { kind: 'label', key: per.slice('label:'.length) }
  return { kind: per === 'cluster' || per === 'group' ? per : 'fleet' }
}

function mapCluster({ metadata, spec }: ClusterDocument, file: string): Cluster {
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    metadata: toJsonObject(spec.metadata ?? {}),
    decommission: spec.decommission ?? false,
    ...(spec.connection ? { connection: spec.connection } : {}),
    file,
  }
}

function mapService({ metadata, spec }: ServiceDocument, file: string): Service {
  return {
    name: metadata.name,
    owner: spec.owner,
    namespace: spec.namespace,
    releaseName: spec.releaseName ?? metadata.name,
    tier: spec.tier ?? 'standard',
    targets: spec.targets === 'none' ? 'none' : mapSelector(spec.targets),
    dependsOn: spec.dependsOn ?? [],
    notifications: spec.notifications ?? [],
    ...(spec.skipGroups === undefined ? {} : { skipGroups: spec.skipGroups }),
    file,
  }
}

function mapVersion({ spec }: ServiceVersionDocument, file: string): ServiceVersion {
  return {
    service: spec.service,
    version: spec.version,
    payload: mapPayload(spec),
    values: toJsonObject(spec.values ?? {}),
    secrets: (spec.secrets ?? []).map(({ path, key, target }) => ({ path, key, target })),
    patches: (spec.patches ?? []).map(toJsonObject),
    requires: (spec.requires ?? []).map(({ service, version }) => ({ service, range: version })),
    irreversible: spec.irreversible ?? false,
    source: { commit: spec.source?.commit, author: spec.source?.author, changelog: spec.source?.changelog },
    file,
  }
}

/** `3` as a count, `10%` as a percentage. */
function parseShare(share: string | number): Share {
  if (typeof share === 'number') return { kind: 'count', count: share }
  return { kind: 'percent', percent: Number(share.slice(0, -1)) }
}

/** Payloads come out of `readYaml`, which gives nothing but JSON. */
function toJsonObject(payload: Record<string, unknown>): JsonObject {
  return payload as JsonObject
}
