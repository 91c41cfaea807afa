import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createCredentials } from '../../../src/adapters/flux/kubernetes/credentials.ts'
import {
  type ClusterProblem,
  createKubernetesObserver,
  type KubernetesObserver,
} from '../../../src/adapters/flux/kubernetes/observer.ts'
import { sleepMilliseconds } from '../../../src/controller/clock.ts'
import type { Cluster } from './cluster.ts'

export interface RealObserver extends KubernetesObserver {
  /** What was told of clusters, oldest first. */
  readonly problems: readonly { readonly cluster: string; readonly problem: ClusterProblem | undefined }[]
}

/** The observer as `halyard run` has it, over a folder with a kubeconfig for each cluster. */
export async function observeClusters(folder: string, clusters: readonly Cluster[]): Promise<RealObserver> {
  for (const { name, kubeconfigPath } of clusters)
    await copyFile(kubeconfigPath, join(folder, `${name}.kubeconfig`))
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
