import { templateNames, type ObjectTemplates, type TemplateName } from '../../../src/core/domain/templates.ts'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'

/** Texts of a small catalog that has no fault, by path. */
export function smallCatalog(): Record<string, string> {
  return {
    'README.md': '# catalog\n',
    '.github/workflows/check.yaml': 'on: push\n',
    'halyard.yaml': document(
      'Settings',
      'example',
      'spec:\n  fleet: {url: "https://git.example.com/fleet.git"}\n',
    ),
    'deployment-groups/devel.yaml': document(
      'DeploymentGroup',
      'devel',
      'spec:\n  clusterSelector: {matchLabels: {env: devel}}\n',
    ),
    'deployment-groups/prod.yaml': document(
      'DeploymentGroup',
      'prod',
      'spec:\n  clusterSelector: {matchLabels: {env: prod}}\n  after: [devel]\n  strategy: {waves: [1, 50%, 100%], soak: 1h30m, maxUnhealthy: 2.5%}\n',
    ),
    'clusters/devel-1.yaml': cluster('devel-1', 'devel'),
    'clusters/prod.yaml': cluster('prod', 'prod'),
    'clusters/prod-1.yaml': cluster('prod-1', 'prod'),
    'chart-repositories/main.yaml': document(
      'ChartRepository',
      'main',
      'spec: {type: http, url: "https://charts.example.com"}\n',
    ),
    'services/payments/service.yaml': document(
      'Service',
      'payments',
      'spec: {owner: team-payments, namespace: shop, targets: {all: true}}\n',
    ),
    'services/payments/versions/1.10.0.yaml': version('payments', '1.10.0'),
    'services/payments/versions/1.9.0.yaml': version('payments', '1.9.0'),
    'directives/quiet.yaml': document('Hold', 'quiet', 'spec: {group: prod, reason: release party}\n'),
  }
}

function document(kind: string, name: string, rest: string): string {
  return `apiVersion: halyard.dev/v1\nkind: ${kind}\nmetadata: {name: ${name}}\n${rest}`
}

export function cluster(name: string, env: string): string {
  return `apiVersion: halyard.dev/v1\nkind: Cluster\nmetadata:\n  name: ${name}\n  labels: {env: ${env}}\nspec:\n  metadata: {size: large}\n`
}

export function version(service: string, number: string): string {
  const chart = `chart: {repository: main, name: web, version: 1.0.0, digest: "sha256:${'0'.repeat(64)}"}`
  return document(
    'ServiceVersion',
    `${service}-${number}`,
    `spec:\n  service: ${service}\n  version: ${number}\n  ${chart}\n  values: {replicas: 3}\n`,
  )
}

/** A ConfigMap for every skeleton. */
export function plainTemplates(): ObjectTemplates {
  const objects = templateNames.map((name): [TemplateName, JsonObject] => [
    name,
    { apiVersion: 'v1', kind: 'ConfigMap' },
  ])
  const optionalRevisions = {
    'cluster-role-binding': '00000000',
    'external-secret': '00000000',
    'service-git-repository': '00000000',
    'service-kustomization': '00000000',
    'service-oci-repository': '00000000',
  }
  return {
    revision: '00000000',
    optionalRevisions,
    objects: Object.fromEntries(objects) as Record<TemplateName, JsonObject>,
  }
}
