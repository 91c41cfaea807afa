import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createFleet } from '../../../src/adapters/fleet/fleet.ts'
import type { Fleet } from '../../../src/adapters/fleet/port.ts'
import { createMemoryClone, createMemoryRepository } from '../../../src/adapters/git/memory.ts'
import type { MemoryOptions } from '../../../src/adapters/git/memory.ts'
import type { GitClone, GitRepository, TreeChange } from '../../../src/adapters/git/port.ts'
import { initRepository, openClone } from '../../../src/adapters/git/system.ts'
import { createClusterIndex } from '../../../src/core/domain/cluster-index.ts'
import { emptyRollout } from '../../../src/core/domain/rollout.ts'
import type { Rollout } from '../../../src/core/domain/rollout.ts'
import { formatRollout } from '../../../src/core/render/rollout-document.ts'

/** A fleet repository and hands to write to it without Halyard. */
export interface FleetBench {
  readonly remote: GitRepository
  /** A new clone, as another machine has. */
  clone(): Promise<GitClone>
  fleet(): Promise<Fleet>
  /** One commit on main, made on the remote itself. */
  commit(changes: readonly TreeChange[], time?: number): Promise<string>
  head(branch: string): Promise<string | undefined>
}

export async function memoryBench(options: MemoryOptions = {}): Promise<FleetBench> {
  const remote = createMemoryRepository(options)
  return benchOf(remote, async () => createMemoryClone(remote))
}

export async function systemBench(): Promise<FleetBench> {
  const folder = await mkdtemp(join(tmpdir(), 'halyard-fleet-'))
  const url = join(folder, 'fleet.git')
  const remote = await initRepository(url, { branch: 'main' })
  const opened: GitRepository[] = [remote]
  onTestFinished(async () => {
    await Promise.all(opened.map(async (repository) => repository.close()))
    await rm(folder, { recursive: true })
  })
  let clones = 0
  return benchOf(remote, async () => {
    clones += 1
    const clone = await openClone({ path: join(folder, `clone-${clones}`), url })
    opened.push(clone)
    return clone
  })
}

function benchOf(remote: GitRepository, clone: () => Promise<GitClone>): FleetBench {
  const head = async (branch: string): Promise<string | undefined> => remote.resolve(`refs/heads/${branch}`)
  return {
    remote,
    clone,
    head,
    fleet: async () => createFleet({ clone: await clone(), clusters: createClusterIndex() }),
    async commit(changes, time = 1_000) {
      const parent = await head('main')
      const author = { name: 'Ana', email: 'ana@example.com' }
      const [to = ''] = await remote.writeCommits([{ parent, changes, message: 'change', author, time }])
      await remote.updateRefs([{ ref: 'refs/heads/main', expected: parent, to }])
      return to
    },
  }
}

/** A service file on a cluster; `flavour` tells variants of a release apart. */
export function serviceFile(
  cluster: string,
  service: string,
  version: string,
  flavour = '',
): { path: string; text: string } {
  const text = `# halyard ${service} ${version} 0a1b2c3d\nkind: HelmRelease\nflavour: "${flavour}"\n`
  return { path: `clusters/${cluster}/apps/shop/${service}.yaml`, text }
}

export function clusterFiles(cluster: string): readonly { path: string; text: string }[] {
  return [
    { path: `clusters/${cluster}/flux-system/sync.yaml`, text: 'kind: GitRepository\n' },
    { path: `clusters/${cluster}/namespaces/halyard.yaml`, text: 'kind: ConfigMap\n' },
    { path: `clusters/${cluster}/namespaces/shop.yaml`, text: 'kind: Namespace\n' },
    { path: `clusters/${cluster}/apps/shop/halyard.yaml`, text: 'kind: ConfigMap\n' },
  ]
}

export function rolloutFile(
  group: string,
  service: string,
  parts: Partial<Rollout> = {},
): { path: string; text: string } {
  return {
    path: `rollouts/${group}/${service}.yaml`,
    text: formatRollout({ ...emptyRollout(service, group), ...parts }),
  }
}
