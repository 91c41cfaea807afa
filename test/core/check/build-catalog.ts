import type { Catalog } from '../../../src/core/domain/catalog.ts'
import type { Cluster, ClusterSelector, JsonObject } from '../../../src/core/domain/cluster.ts'
import type { DeploymentGroup, Strategy } from '../../../src/core/domain/deployment-group.ts'
import type { Directive } from '../../../src/core/domain/directive.ts'
import type { Service } from '../../../src/core/domain/service.ts'
import type { ServiceVersion } from '../../../src/core/domain/service-version.ts'
import { templateNames, type TemplateName } from '../../../src/core/domain/templates.ts'

export interface CatalogParts {
  readonly clusters?: readonly Cluster[]
  readonly groups?: readonly DeploymentGroup[]
  readonly services?: readonly Service[]
  readonly versions?: readonly ServiceVersion[]
  readonly directives?: readonly Directive[]
  readonly silentAfter?: number
  /** The HelmRelease skeleton. */
  readonly helmRelease?: JsonObject
}

/** A catalog without fault: devel → canary → prod, a cluster in each, one service everywhere; parts replace these. */
export function catalogOf(parts: CatalogParts = {}): Catalog {
  const {
    clusters = [cluster('canary-1', 'canary'), cluster('devel-1', 'devel'), cluster('prod-1', 'prod')],
    groups = [group('canary', ['devel']), group('devel'), group('prod', ['canary'])],
    services = [service('pay')],
    versions = services.map(({ name }) => version(name, '1.0.0')),
    directives = [],
    silentAfter = 600,
    helmRelease = {},
  } = parts
  const byService = Map.groupBy(versions, (one) => one.service)
  return {
    commit: 'worktree',
    settings: {
      fleet: { url: 'https://git.example.com/fleet.git', branch: 'main', secretRef: undefined },
      silentAfter,
      health: {
        blackout: { kind: 'percent', percent: 20 },
        sick: { kind: 'percent', percent: 50 },
        sickLeast: 2,
      },
      pullRequests: { maxClusters: 250 },
      changeBudgets: [],
      secretsNamespace: 'external-secrets',
      file: 'halyard.yaml',
    },
    clusters,
    groups,
    chartRepositories: new Map([
      [
        'main',
        {
          name: 'main',
          type: 'http',
          url: 'https://charts.example.com',
          secretRef: undefined,
          certSecretRef: undefined,
          verification: undefined,
          file: 'chart-repositories/main.yaml',
        },
      ],
    ]),
    sourceRepositories: new Map(),
    services: new Map(services.map((one) => [one.name, one])),
    versions: new Map([...byService].map(([name, list]) => [name, list])),
    directives,
    templates: {
      revision: '00000000',
      optionalRevisions: {
        'cluster-role-binding': '00000000',
        'external-secret': '00000000',
        'service-git-repository': '00000000',
        'service-kustomization': '00000000',
        'service-oci-repository': '00000000',
      },
      objects: {
        ...(Object.fromEntries(templateNames.map((name) => [name, {}])) as Record<TemplateName, JsonObject>),
        'helm-release': helmRelease,
      },
    },
  }
}

export function selector(parts: Partial<ClusterSelector>): ClusterSelector {
  return { all: false, matchLabels: {}, matchExpressions: [], names: [], ...parts }
}

export function cluster(name: string, env: string, parts: Partial<Cluster> = {}): Cluster {
  return { name, labels: { env }, metadata: {}, decommission: false, file: `clusters/${name}.yaml`, ...parts }
}

export function group(
  name: string,
  after: readonly string[] = [],
  strategy: Partial<Strategy> = {},
): DeploymentGroup {
  return {
    name,
    clusterSelector: selector({ matchLabels: { env: name } }),
    after,
    promotion: { mode: 'auto', soak: 0 },
    strategy: {
      waves: [{ kind: 'percent', percent: 100 }],
      soak: 60,
      deadline: 1200,
      maxUnhealthy: { kind: 'count', count: 0 },
      maxSilent: { kind: 'count', count: 0 },
      failureDomain: undefined,
      onFailure: 'rollback',
      supersede: 'finish-wave',
      catchUp: 'waves',
      ...strategy,
    },
    file: `deployment-groups/${name}.yaml`,
  }
}

export function service(name: string, parts: Partial<Service> = {}): Service {
  return {
    name,
    owner: `team-${name}`,
    namespace: name,
    releaseName: name,
    tier: 'standard',
    targets: selector({ all: true }),
    dependsOn: [],
    notifications: [],
    file: `services/${name}/service.yaml`,
    ...parts,
  }
}

export function version(
  name: string,
  number: string,
  repository = 'main',
  values: JsonObject = {},
): ServiceVersion {
  return {
    service: name,
    version: number,
    payload: {
      kind: 'chart',
      chart: { repository, name: 'web', version: '1.0.0', digest: `sha256:${'0'.repeat(64)}` },
    },
    values,
    secrets: [],
    patches: [],
    requires: [],
    irreversible: false,
    source: { commit: undefined, author: undefined, changelog: undefined },
    file: `services/${name}/versions/${number}.yaml`,
  }
}
