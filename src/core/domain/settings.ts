import type { Share } from './share.ts'
import type { Seconds } from './time.ts'

/** `halyard.yaml` at the root of the catalog. */
export interface Settings {
  /** What Flux in the clusters reads. */
  readonly fleet: {
    readonly url: string
    readonly branch: string
    readonly secretRef: string | undefined
    /** Whether a file that a person edited there is put back. Absent: it is only reported. */
    readonly repairEdits?: boolean
    /** Where pull requests live. Absent: in the repository itself, which then is on the controller's machine. */
    readonly forge?: ForgeSettings
  }
  /** A cluster that reported nothing for so long is silent. */
  readonly silentAfter: Seconds
  readonly health: {
    /** So many of the clusters that were in contact falling silent at once are a blackout. */
    readonly blackout: Share
    /** A cluster is sick when `sick` of its services that no rollout changes are unwell; it needs `sickLeast` of them to tell. */
    readonly sick: Share
    readonly sickLeast: number
  }
  /** More than this leaves only with a person's approval. Absent: the defaults. */
  readonly pruneGuard?: PruneGuard
  readonly pullRequests: {
    /** A wave of more clusters is split into parts. */
    readonly maxClusters: number
  }
  readonly changeBudgets: readonly ChangeBudget[]
  /** Where External Secrets runs: it can not read secrets for itself before it runs. */
  readonly secretsNamespace: string
  readonly file: string
}

/** How many placements may change within a length of time, in each scope on its own. */
export interface ChangeBudget {
  readonly per: BudgetScope
  /** A percentage is of the clusters in the scope. */
  readonly max: Share
  readonly within: Seconds
}

/** `label`: all clusters that have the same value of the label share one budget; those without it have none. */
export type BudgetScope =
  | { readonly kind: 'cluster' | 'group' | 'fleet' }
  | { readonly kind: 'label'; readonly key: string }

/** How many placements may leave in one go: of one service's, of one cluster's, of all. At least 1 of each. */
export interface PruneGuard {
  readonly service: Share
  readonly cluster: Share
  readonly fleet: Share
}

/** Secrets are named, never held. */
export type ForgeSettings =
  | { readonly type: 'local' }
  | {
      readonly type: 'github'
      /** Absent: api.github.com. */
      readonly apiUrl?: string
      /** `owner/name`. */
      readonly repository: string
      readonly token?: SecretSource
      readonly app?: {
        readonly id: string
        readonly installation?: number
        readonly privateKey: SecretSource
      }
    }
  | {
      readonly type: 'gitea'
      readonly url: string
      readonly repository: string
      readonly token: SecretSource
    }

/** The name of an environment variable of the controller, or a file on its machine. */
export type SecretSource = { readonly env: string } | { readonly file: string }
