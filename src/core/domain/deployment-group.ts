import type { ClusterSelector } from './cluster.ts'
import type { Share } from './share.ts'
import type { Seconds } from './time.ts'

/** A stage of the promotion graph: devel → prod-canary → prod. A cluster is in exactly one group. */
export interface DeploymentGroup {
  readonly name: string
  readonly clusterSelector: ClusterSelector
  /** Groups in which a service release must be proven before it may start here. */
  readonly after: readonly string[]
  readonly promotion: { readonly mode: 'auto' | 'manual'; readonly soak: Seconds }
  readonly strategy: Strategy
  readonly file: string
}

/** How a service release moves through the clusters of a group. */
export interface Strategy {
  /** Cumulative sizes, ascending; the last one is 100 %. */
  readonly waves: readonly Share[]
  /** How long each cluster must have been healthy, on its own clock. */
  readonly soak: Seconds
  /** From "generation observed": a placement that is not healthy by then has failed. */
  readonly deadline: Seconds
  /** Error budget of each wave, as a part of its quota; none in the first wave. */
  readonly maxUnhealthy: Share
  /** Clusters out of contact that a wave may leave behind; none in the first wave. */
  readonly maxSilent: Share
  /** Label whose values are failure domains: waves fill one domain before they enter the next. */
  readonly failureDomain: string | undefined
  readonly onFailure: 'rollback' | 'halt'
  readonly supersede: 'finish-wave' | 'immediate' | 'queue'
  /** How those that missed a proven release get it: as a rollout does, or all at once, where failures set apart only themselves. */
  readonly catchUp: 'waves' | 'immediate'
}
