import type { ClusterSelector } from './cluster.ts'

/** Something that a team owns and releases. Namespace, release name and tier never change. */
export interface Service {
  readonly name: string
  readonly owner: string
  readonly namespace: string
  readonly releaseName: string
  /** Namespaces of tier `foundation` are installed before all others. */
  readonly tier: 'foundation' | 'standard'
  /** Clusters that shall run it; `none` removes it from all of them. */
  readonly targets: ClusterSelector | 'none'
  /** Services on the same cluster whose installation goes first. */
  readonly dependsOn: readonly string[]
  readonly notifications: readonly NotificationRoute[]
  readonly file: string
}

/** Where the owner wants to hear of releases that failed or wait for a person. */
export interface NotificationRoute {
  readonly type: 'slack' | 'pagerduty' | 'webhook' | 'email'
  readonly target: string
}
