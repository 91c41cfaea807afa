import type { FailedPlacement, Rollout } from '../domain/rollout.ts'
import type { ReleaseId, ServiceRelease } from '../domain/service-release.ts'

/** One effect on the fleet repository by one service. `next` is the rollout file as it shall be written with it. */
export type Proposal = WaveProposal | ReturnProposal | VerdictProposal | RemovalProposal

/** Moves `clusters` to `release` by pull request. */
export interface WaveProposal {
  readonly kind: 'wave'
  readonly service: string
  readonly group: string
  readonly release: ServiceRelease
  /** 1-based. */
  readonly wave: number
  readonly waves: number
  /** Which pull request of the wave this is, of how many as it seems now; 1-based. */
  readonly part: number
  readonly parts: number
  readonly quota: number
  /** Ordinals, in wave order. */
  readonly clusters: readonly number[]
  /** Everything that was proven on the way here, for the pull request. */
  readonly evidence: readonly string[]
  /** The pull request is opened, and merges once a person approved its head. */
  readonly needsApproval: boolean
  /** Why these clusters get new files of the release that they have; absent: they get another release. */
  readonly refresh?: string
  readonly next: Rollout
}

/** Sends placements to their way back, byte for byte, by pull request. */
export interface ReturnProposal {
  readonly kind: 'return'
  readonly service: string
  readonly group: string
  readonly release: ServiceRelease
  /** `rejected`: the whole release goes back; `failed`: placements within the error budget. */
  readonly reason: 'rejected' | 'failed'
  /** Only new files of the release go back: it stays proven. */
  readonly refresh?: boolean
  /** Failing clusters first. `blob` undefined removes the file. */
  readonly placements: readonly ReturnedPlacement[]
  /** Services that this would break, in the same commit: what goes back with it, and the ledgers that tell of it. */
  readonly dependents: readonly DependentReturn[]
  readonly evidence: readonly FailedPlacement[]
  readonly text: string
  readonly next: Rollout
}

export interface ReturnedPlacement {
  readonly cluster: number
  readonly blob: string | undefined
  readonly release: ReleaseId | undefined
}

/** Placements of another service that go back with a dependency; none where they have to stay. */
export interface DependentReturn {
  readonly service: string
  readonly placements: readonly ReturnedPlacement[]
  readonly next: Rollout
}

/** Takes a service off clusters where it is no target any more, by pull request. */
export interface RemovalProposal {
  readonly kind: 'removal'
  readonly service: string
  readonly group: string
  /** 1-based. */
  readonly wave: number
  readonly waves: number
  readonly quota: number
  /** App files to remove, in wave order. Neither these nor namespaces: only the ledger is written. */
  readonly placements: readonly {
    readonly cluster: number
    readonly blob: string
    readonly release: ReleaseId
  }[]
  /** Ordinals from which the service's namespace file goes: nothing is left in it. */
  readonly namespaces: readonly number[]
  readonly evidence: readonly string[]
  readonly next: Rollout
}

/** Writes only the rollout file. */
export interface VerdictProposal {
  readonly kind: 'verdict'
  readonly verdict: 'proven' | 'halted'
  readonly service: string
  readonly group: string
  readonly release: ServiceRelease
  readonly evidence: readonly FailedPlacement[]
  readonly text: string
  readonly next: Rollout
}

/** A new cluster that the service targets, and the release proven in its group. */
export interface Join {
  readonly service: string
  readonly group: string
  readonly cluster: number
  readonly release: ServiceRelease
}

/** Brings a new cluster into the fleet with everything that is proven for it, by one pull request. */
export interface BootstrapProposal {
  readonly kind: 'bootstrap'
  readonly cluster: number
  readonly joins: readonly Join[]
}

/** Takes services off a cluster that shall be empty, and at last its namespaces, by one pull request for each layer. */
export interface DecommissionProposal {
  readonly kind: 'decommission'
  readonly cluster: number
  readonly group: string
  readonly services: readonly {
    readonly service: string
    readonly namespace: string
    readonly blob: string
    readonly next: Rollout
  }[]
  readonly namespaces: readonly string[]
  /** How many services were there before. */
  readonly left: number
  readonly digest: string
}
