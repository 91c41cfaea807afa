import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCredentials } from '../../../src/adapters/flux/kubernetes/credentials.ts'
import {
  type ClusterProblem,
  createKubernetesObserver,
  type KubernetesObserver,
} from '../../../src/adapters/flux/kubernetes/observer.ts'
import { sleepMilliseconds } from '../../../src/controller/clock.ts'
import { parseObjects } from './client.ts'
import type { Cluster } from './cluster.ts'

export interface RealObserver extends KubernetesObserver {
  /** What was told of clusters, oldest first. */
  readonly problems: readonly { readonly cluster: string; readonly problem: ClusterProblem | undefined }[]
}

const operatorsPage = join(import.meta.dirname, '../../../docs/operators.md')
const reader = { name: 'halyard-reader', namespace: 'default' }

/** The observer as `halyard run` has it, with no more rights than operators are told to give it. */
export async function observeClusters(folder: string, clusters: readonly Cluster[]): Promise<RealObserver> {
  for (const cluster of clusters) await writeReadersKubeconfig(folder, cluster)
  const problems: { cluster: string; problem: ClusterProblem | undefined }[] = []
  const observer = createKubernetesObserver({
    clusters: () => clusters,
    credentials: createCredentials({ folder }),
    now: () => Math.floor(Date.now() / 1000),
    random: Math.random,
    sleep: sleepMilliseconds,
    onProblem: (cluster, problem) => problems.push({ cluster, problem }),
  })
  return { ...observer, problems }
}

/** A kubeconfig for one cluster, of a ServiceAccount with the ClusterRole of the operators' page. */
export async function writeReadersKubeconfig(folder: string, cluster: Cluster): Promise<void> {
  const page = await readFile(operatorsPage, 'utf8')
  const role = /```yaml\n(apiVersion: rbac[^`]*name: halyard-reader\n[^`]*)```/.exec(page)?.[1]
  if (role === undefined) throw new Error('the operators page has no ClusterRole any more')
  await cluster.apply([
    ...parseObjects(role),
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: reader },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: reader.name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: reader.name },
      subjects: [{ kind: 'ServiceAccount', ...reader }],
    },
  ])
  const path = `/api/v1/namespaces/${reader.namespace}/serviceaccounts/${reader.name}/token`
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 7200 },
  }
  const { text } = await cluster.request('POST', path, {
    type: 'application/json',
    text: JSON.stringify(request),
  })
  const { status } = JSON.parse(text) as { status?: { token: string } }
  if (!status) throw new Error(`no token: ${text}`)
  const kubeconfig = (await readFile(cluster.kubeconfigPath, 'utf8')).replaceAll(cluster.token, status.token)
  await writeFile(join(folder, `${cluster.name}.kubeconfig`), kubeconfig)
}
