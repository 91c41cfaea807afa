import type { ClusterIndex } from '../../core/domain/cluster-index.ts'
import type { GitClone } from '../git/port.ts'
import { createBlobCache } from './blob-cache.ts'
import { parseExpectation } from './parse-expectation.ts'
import type { Fleet } from './port.ts'
import { createStatusWriter, readStatus } from './status.ts'
import { createFleetReader } from './sync.ts'
import { branchesPrefix, deleteBranch, pushBranch, pushMain } from './write.ts'

export interface FleetOptions {
  readonly clone: GitClone
  /** Shared with whoever else gives clusters their ordinals. */
  readonly clusters: ClusterIndex
  /** Short name of the branch that Flux reads; `main` unless told. */
  readonly branch?: string
}

/** In UTF-16 code units: the files of the releases that are moving fit many times over. */
const rememberedText = 16_000_000
/** Some kilobytes each. */
const rememberedExpectations = 10_000

/** The fleet repository through a clone of it. One writer of a clone at a time; others are met on the remote. */
export function createFleet({ clone, clusters, branch: mainBranch = 'main' }: FleetOptions): Fleet {
  const mainRef = `refs/heads/${mainBranch}`
  const reader = createFleetReader(clone, clusters)
  const status = createStatusWriter(clone)
  const texts = createBlobCache(clone.readBlobs, rememberedText, (text) => text.length)
  const expectations = createBlobCache(
    async (oids) => (await texts.read(oids)).map(parseExpectation),
    rememberedExpectations,
    () => 1,
  )

  return {
    async sync() {
      await clone.fetch([mainRef, branchesPrefix])
      return reader.advance(await clone.resolve(mainRef))
    },
    pushBranch: async (request) => pushBranch(clone, request),
    commitMain: async (request) => pushMain(clone, mainRef, request),
    async commitLedger(request) {
      const stray = request.changes.find(({ path }) => !path.startsWith('rollouts/'))
      if (stray !== undefined) throw new RangeError(`a ledger commit may not touch ${stray.path}`)
      return pushMain(clone, mainRef, request)
    },
    async branches() {
      const refs = await clone.refs(branchesPrefix)
      return new Map([...refs].map(([ref, head]) => [ref.slice('refs/heads/'.length), head]))
    },
    deleteBranch: async (branch, head) => deleteBranch(clone, branch, head),
    readBlobs: texts.read,
    readExpectations: expectations.read,
    publishStatus: async (next) => status.publish(next),
    readStatus: async () => readStatus(clone),
  }
}
