import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Cluster } from './cluster.ts'
import { writeReadersKubeconfig } from './real-observer.ts'

const program = resolve(import.meta.dirname, '../../../bin/halyard.js')

/** `halyard run` as an operator starts it. */
export interface HalyardProcess {
  /** What it printed so far, errors included. */
  output(): Promise<string>
  /** By SIGTERM; its exit code. */
  stop(): Promise<number | null>
  /** At once, as a crash would. */
  kill(): Promise<void>
}

export interface HalyardOptions {
  /** Folder of a world's repositories. */
  readonly repositories: string
  /** Where its kubeconfigs, its state and its log are. */
  readonly folder: string
  readonly clusters: readonly Cluster[]
}

export async function startHalyard({
  repositories,
  folder,
  clusters,
}: HalyardOptions): Promise<HalyardProcess> {
  const kubeconfigs = join(folder, 'kubeconfigs')
  await mkdir(kubeconfigs, { recursive: true })
  for (const cluster of clusters) await writeReadersKubeconfig(kubeconfigs, cluster)
  const args = [
    ...['--catalog', join(repositories, 'catalog.git'), '--fleet', join(repositories, 'fleet.git')],
    ...['--state', join(folder, 'state'), '--kubeconfigs', kubeconfigs],
  ]
  const log = join(folder, 'halyard.log')
  const file = createWriteStream(log, { flags: 'a' })
  const child = spawn(process.execPath, [program, 'run', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.pipe(file, { end: false })
  child.stderr.pipe(file, { end: false })
  // A test that is interrupted leaves no controller behind.
  const end = (): void => void child.kill('SIGKILL')
  process.once('exit', end)
  const ended = new Promise<number | null>((done) => child.once('close', done))
  void ended.then(() => process.off('exit', end))
  return {
    output: async () => readFile(log, 'utf8').catch(() => ''),
    async stop() {
      child.kill('SIGTERM')
      return ended
    },
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
