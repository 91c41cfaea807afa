import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { createCredentials } from '../../../../src/adapters/flux/kubernetes/credentials.ts'
import {
  type ClusterProblem,
  createKubernetesObserver,
  type KubernetesObserver,
  type ObserverSettings,
  type RegisteredCluster,
} from '../../../../src/adapters/flux/kubernetes/observer.ts'
import { sleepMilliseconds } from '../../../../src/controller/clock.ts'
import type { FluxReports } from '../../../../src/adapters/flux/port.ts'

export interface Observing {
  readonly observer: KubernetesObserver
  readonly folder: string
  readonly problems: readonly { readonly cluster: string; readonly problem: ClusterProblem | undefined }[]
  clusters: readonly RegisteredCluster[]
  /** Moves the observer's clock, in seconds. */
  pass(seconds: number): void
  now(): number
  /** What is new since the last call. */
  read(): Promise<FluxReports>
  /** Reads until a reading is as wanted; throws the last one after some seconds. */
  until(wanted: (reports: FluxReports) => boolean): Promise<FluxReports>
}

/** Pauses are this much shorter than in real time. */
const haste = 50

/** An observer of clusters by kubeconfigs in a folder of its own, hasty where the real one waits. */
export async function observe(
  servers: Readonly<Record<string, string>>,
  settings: Partial<ObserverSettings> = {},
): Promise<Observing> {
  const folder = await mkdtemp(join(tmpdir(), 'kubeconfigs-'))
  for (const [name, url] of Object.entries(servers))
    await writeKubeconfig(join(folder, `${name}.kubeconfig`), url)
  const problems: { cluster: string; problem: ClusterProblem | undefined }[] = []
  let passed = 0
  let cursor: string | undefined
  const now = () => Math.floor(Date.now() / 1000) + passed
  const observing: Observing = {
    folder,
    problems,
    now,
    clusters: Object.keys(servers).map((name) => ({ name })),
    observer: createKubernetesObserver({
      clusters: () => observing.clusters,
      credentials: createCredentials({ folder }),
      now,
      random: () => 0.5,
      sleep: async (milliseconds, signal) => sleepMilliseconds(milliseconds / haste, signal),
      onProblem: (cluster, problem) => void problems.push({ cluster, problem }),
      settings: { patience: 3000, podsEvery: 20, credentialsEvery: 50, ...settings },
    }),
    pass: (seconds) => void (passed += seconds),
    async read() {
      const reports = await observing.observer.read(cursor)
      cursor = reports.cursor
      return reports
    },
    async until(wanted) {
      const until = performance.now() + 8000
      for (;;) {
        const reports = await observing.read()
        if (wanted(reports)) return reports
        if (performance.now() > until) throw new Error(`in vain: ${JSON.stringify([reports, problems])}`)
        const soon = AbortSignal.timeout(100)
        await observing.observer.changed(soon)
      }
    },
  }
  return observing
}

export async function writeKubeconfig(
  path: string,
  url: string,
  more: { readonly token?: string } = {},
): Promise<void> {
  const text = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'one',
    contexts: [{ name: 'one', context: { cluster: 'one', user: 'reader' } }],
    clusters: [{ name: 'one', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'reader', user: { token: more.token ?? 'secret-token' } }],
  })
  await writeFile(path, text)
}
