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
  /** Stages without targets that its releases leave out on purpose. Absent: none. */
  readonly skipGroups?: readonly SkippedGroup[]
  readonly file: string
}

/** A deployment group that proves nothing of a service, and why that is right. */
export interface SkippedGroup {
  readonly group: string
  readonly reason: string
}

/** Where the owner wants to hear of releases that failed or wait for a person. */
export interface NotificationRoute {
  readonly type: 'slack' | 'pagerduty' | 'webhook' | 'email'
  readonly target: string
}
