import type { JsonObject } from '../../../../src/core/domain/cluster.ts'

export const paths = {
  releases: '/apis/helm.toolkit.fluxcd.io/v2/helmreleases',
  kustomizations: '/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations',
  charts: '/apis/source.toolkit.fluxcd.io/v1/helmcharts',
  deployments: '/apis/apps/v1/deployments',
  jobs: '/apis/batch/v1/jobs',
} as const

const applied = {
  'kustomize.toolkit.fluxcd.io/name': 'apps-pay',
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
}

export const at = '2026-11-22T14:00:00Z'
export const atInstant = Date.parse(at) / 1000

/** A HelmRelease as helm-controller 1.6 leaves it, trimmed; `status` adds to it. */
export function helmRelease(name: string, status: JsonObject = {}, spec: JsonObject = {}): JsonObject {
  return {
    metadata: { name, namespace: 'pay', uid: `uid-${name}`, generation: 1, labels: applied },
    spec: {
      releaseName: name,
      timeout: '20s',
      chartRef: { kind: 'HelmChart', name: `${name}-01234567` },
      ...spec,
    },
    status: {
      observedGeneration: 1,
      lastAttemptedGeneration: 1,
      conditions: [
        condition('Ready', 'True', 'InstallSucceeded'),
        condition('Released', 'True', 'InstallSucceeded'),
        condition('SomethingElse', 'True', 'Unread'),
      ],
      history: [snapshot(2), snapshot(1)],
      inventory: {
        entries: [
          { id: `pay_${name}_apps_Deployment`, v: 'v1' },
          { id: `pay_${name}__Service`, v: 'v1' },
        ],
      },
      ...status,
    },
  }
}

export function condition(type: string, status: string, reason: string, message = ''): JsonObject {
  return { type, status, reason, message, observedGeneration: 1, lastTransitionTime: at }
}

function snapshot(version: number): JsonObject {
  return {
    version,
    status: version === 2 ? 'deployed' : 'superseded',
    chartName: 'app',
    chartVersion: '1.0.0',
    lastDeployed: at,
  }
}

export function chart(name: string, digest: string): JsonObject {
  return { metadata: { name: `${name}-01234567`, namespace: 'pay' }, status: { artifact: { digest } } }
}

/** The namespace's own Kustomization, or with another name and namespace a payload's. */
export function kustomization(
  revision: string,
  metadata: JsonObject = {},
  status: JsonObject = {},
): JsonObject {
  return {
    metadata: { name: 'apps-pay', namespace: 'flux-system', generation: 1, ...metadata },
    spec: { path: './clusters/c1/apps/pay' },
    status: {
      observedGeneration: 1,
      lastAppliedRevision: revision,
      lastAttemptedRevision: revision,
      conditions: [condition('Ready', 'True', 'ReconciliationSucceeded')],
      ...status,
    },
  }
}

export const payloadMetadata = { name: 'queue', namespace: 'pay', labels: applied }

export function deployment(name: string, ready: number, more: JsonObject = {}): JsonObject {
  const conditions = [
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
    { type: 'Available', status: ready === 2 ? 'True' : 'False' },
  ]
  return {
    metadata: {
      name,
      namespace: 'pay',
      uid: `uid-${name}`,
      generation: 1,
      creationTimestamp: at,
      managedFields: [
        { manager: 'kube-controller-manager', subresource: 'status', time: '2026-11-22T14:05:00Z' },
      ],
      labels: {
        'helm.toolkit.fluxcd.io/name': name,
        'helm.toolkit.fluxcd.io/namespace': 'pay',
      },
      ...more,
    },
    spec: { replicas: 2, progressDeadlineSeconds: 600, selector: { matchLabels: { app: name } } },
    status: {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      readyReplicas: ready,
      availableReplicas: ready,
      conditions,
    },
  }
}
