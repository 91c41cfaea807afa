import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StackFiles } from '../stack/build.ts'
import { type Cluster, createCluster } from './cluster.ts'
import { eventually, Hopeless } from './eventually.ts'
import { freePorts } from './ports.ts'
import { createSupervisor, type RunningProgram, type Supervisor, tailOf } from './processes.ts'

export interface Stack {
  /** Where everything is kept, logs included. */
  readonly folder: string
  /** A folder of its own for whatever a test needs. */
  makeFolder(name: string): Promise<string>
  /** A running cluster of a new name. */
  createCluster(name: string): Promise<Cluster>
  /** Ends every program. `keep`: leaves all files, as after a failure. */
  stop(options: { readonly keep: boolean }): Promise<void>
}

/** One etcd, and clusters as they are asked for. */
export async function startStack(stack: StackFiles): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), 'halyard-e2e-'))
  const supervisor = createSupervisor()
  const etcdUrl = await startEtcd(stack, folder, supervisor)
  return {
    folder,
    async makeFolder(name) {
      const path = join(folder, name)
      await mkdir(path, { recursive: true })
      return path
    },
    createCluster: async (name) =>
      createCluster({ name, folder: join(folder, 'clusters', name), etcdUrl, stack, supervisor }),
    async stop({ keep }) {
      await supervisor.close()
      if (!keep) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

async function startEtcd(stack: StackFiles, folder: string, supervisor: Supervisor): Promise<string> {
  const ports = await freePorts('client', 'peer')
  const url = `http://127.0.0.1:${ports.client}`
  const peerUrl = `http://127.0.0.1:${ports.peer}`
  const etcd: RunningProgram = supervisor.start({
    name: 'etcd',
    path: stack.programs['etcd'] ?? '',
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // What a test loses with its machine is lost anyway.
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
    log: join(folder, 'etcd.log'),
  })
  await eventually({ what: 'etcd is ready', seconds: 30 }, async () => {
    if (etcd.hasEnded()) throw new Hopeless(`etcd ended:\n${tailOf(etcd.log)}`)
    return (await fetch(`${url}/health`)).ok || undefined
  })
  return url
}
