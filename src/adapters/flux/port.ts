import type { ClusterContact, PlacementReport } from '../../core/domain/report.ts'

/** What Flux reports from the clusters. Level-triggered: a report is the whole state of a placement. */
export interface FluxObserver {
  /**
   * Reports that changed since `cursor`; undefined reads everything. Contacts are always the newest of every
   * cluster. Never throws for a cluster that does not answer: it is missing from `contacts`.
   */
  read(cursor: string | undefined): Promise<FluxReports>
}

export interface FluxReports {
  readonly cursor: string
  readonly reports: readonly PlacementReport[]
  readonly contacts: readonly ClusterContact[]
}
