import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { ChartRepository } from '../../../src/core/domain/chart-repository.ts'
import type { Cluster, JsonObject } from '../../../src/core/domain/cluster.ts'
import type { Service } from '../../../src/core/domain/service.ts'
import type { ServiceRelease } from '../../../src/core/domain/service-release.ts'
import type {
  ChartReference,
  KustomizePin,
  KustomizeReference,
  ServiceVersion,
} from '../../../src/core/domain/service-version.ts'
import type { GitSource, OciSource } from '../../../src/core/domain/source-repository.ts'
import { templateNames, type ObjectTemplates, type TemplateName } from '../../../src/core/domain/templates.ts'
import type { ChartSource, KustomizeOrigin } from '../../../src/core/render/payload-source.ts'
import type { ReleaseInputs } from '../../../src/core/render/types.ts'

/** The skeletons that the project ships. */
export const templates: ObjectTemplates = {
  revision: '11111111',
  optionalRevisions: {
    'cluster-role-binding': '66666666',
    'external-secret': '22222222',
    'service-git-repository': '33333333',
    'service-kustomization': '44444444',
    'service-oci-repository': '55555555',
  },
  objects: Object.fromEntries(
    templateNames.map((name) => [
      name,
      parse(readFileSync(new URL(`../../../templates/${name}.yaml`, import.meta.url), 'utf8')) as JsonObject,
    ]),
  ) as Record<TemplateName, JsonObject>,
}

const release: ServiceRelease = {
  service: 'payments',
  version: '1.4.2',
  revision: 'ab12cd34',
  catalogCommit: 'c'.repeat(40),
}

export const service: Service = {
  name: 'payments',
  owner: 'team-payments',
  namespace: 'pay',
  releaseName: 'payments',
  tier: 'standard',
  targets: { all: true, matchLabels: {}, matchExpressions: [], names: [] },
  dependsOn: ['ledger', 'postgres'],
  notifications: [],
  file: 'services/payments/service.yaml',
}

const chart: ChartReference = {
  repository: 'main',
  name: 'payments',
  version: '1.4.2',
  digest: `sha256:${'0123456789abcdef'.repeat(4)}`,
}

export const version: ServiceVersion = {
  service: 'payments',
  version: '1.4.2',
  payload: { kind: 'chart', chart },
  values: {
    region: '${cluster.labels.region}',
    replicas: "${cluster.metadata.size == 'large' ? 6 : 3}",
    image: { tag: '1.4.2', pullPolicy: 'IfNotPresent' },
    ingress: { host: 'payments.${cluster.labels.region}.example.com', enabled: true },
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'DRY_RUN', value: 'no' },
    ],
    script: 'set -e\nexec payments --serve\n',
  },
  secrets: [],
  patches: [],
  requires: [],
  irreversible: false,
  source: { commit: '3f2c', author: 'ana@example.com', changelog: undefined },
  file: 'services/payments/versions/1.4.2.yaml',
}

/** A fragment, which is merged first, written after a single key. */
export const withSecrets: ServiceVersion = {
  ...version,
  values: {
    ...version.values,
    db: { host: 'db.${cluster.labels.region}.example.com', password: 'placeholder' },
  },
  secrets: [
    { path: 'payments/${cluster.name}/db', key: 'password', target: 'db.password' },
    { path: 'payments/common', key: 'values.yaml', target: undefined },
  ],
}

export const withPatches: ServiceVersion = {
  ...version,
  patches: [
    {
      target: { kind: 'Deployment', labelSelector: 'app=payments' },
      patch: '- op: add\n  path: /spec/template/metadata/labels/region\n  value: ${cluster.labels.region}\n',
    },
  ],
}

export const ociRepository: ChartRepository = {
  name: 'main',
  type: 'oci',
  url: 'oci://registry.example.com/charts/',
  secretRef: 'registry',
  certSecretRef: undefined,
  verification: undefined,
  file: 'chart-repositories/main.yaml',
}

/** With everything that a repository may refer to. */
export const verifiedRepository: ChartRepository = {
  ...ociRepository,
  certSecretRef: 'registry-tls',
  verification: {
    provider: 'cosign',
    secretRef: undefined,
    identities: [
      {
        issuer: '^https://token\\.actions\\.example\\.com$',
        subject: '^https://git\\.example\\.com/charts/.*$',
      },
    ],
  },
}

export const httpRepository: ChartRepository = {
  ...ociRepository,
  type: 'http',
  url: 'https://charts.example.com',
  secretRef: undefined,
}

/** The sample's chart from another repository. */
export function chartFrom(repository: ChartRepository): ChartSource {
  return { kind: 'chart', chart, repository }
}

/** `region` null: without that label. */
export function cluster(name: string, region: string | null = 'eu-west-1', size = 'large'): Cluster {
  return {
    name,
    labels: { env: 'prod', ...(region === null ? {} : { region }) },
    metadata: { size },
    decommission: false,
    file: `clusters/${name}.yaml`,
  }
}

export const inputs: ReleaseInputs = {
  release,
  service,
  version,
  source: chartFrom(ociRepository),
  templates,
  dependencies: [
    { name: 'postgres', namespace: 'data' },
    { name: 'ledger', namespace: 'pay' },
  ],
}

const gitRepository: GitSource = {
  name: 'deploy',
  type: 'git',
  url: 'https://git.example.com/pay/deploy',
  branch: undefined,
  secretRef: undefined,
  verificationSecretRef: undefined,
  file: 'source-repositories/deploy.yaml',
}

const ociSource: OciSource = {
  name: 'manifests',
  type: 'oci',
  url: 'oci://registry.example.com/manifests/',
  secretRef: 'registry',
  certSecretRef: 'registry-tls',
  verification: verifiedRepository.verification,
  file: 'source-repositories/manifests.yaml',
}

/** The sample's service with a kustomize payload; `changes` are of the payload, of Git unless they pin a digest. */
export function kustomizeInputs(
  changes: Partial<KustomizeReference> = {},
  versionChanges: Partial<ServiceVersion> = {},
  git: Partial<GitSource> = {},
): ReleaseInputs {
  const kustomize: KustomizeReference = {
    repository: 'deploy',
    pin: { kind: 'commit', commit: '0123456789abcdef0123456789abcdef01234567' },
    path: 'overlays/${cluster.group}',
    timeout: undefined,
    wait: undefined,
    healthChecks: [],
    healthCheckExprs: [],
    ...changes,
  }
  const { pin } = kustomize
  const origin: KustomizeOrigin =
    pin.kind === 'commit'
      ? { type: 'git', repository: { ...gitRepository, ...git }, commit: pin.commit }
      : { type: 'oci', repository: ociSource, artifact: pin.artifact, digest: pin.digest }
  return {
    ...inputs,
    version: {
      ...version,
      payload: { kind: 'kustomize', kustomize },
      values: { region: '${cluster.labels.region}', replicas: 3, debug: false, literal: '$${HOME}' },
      ...versionChanges,
    },
    source: { kind: 'kustomize', kustomize, origin },
  }
}

export const artifactPin: KustomizePin = {
  kind: 'digest',
  artifact: 'payments',
  digest: `sha256:${'fedcba9876543210'.repeat(4)}`,
}
