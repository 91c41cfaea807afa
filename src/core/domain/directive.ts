/** What people order, as files of the catalog. */
export type Directive = Hold | Rollback

/** Stops forward waves in its scope; rollbacks go on unless `rollbacks` is set. */
export interface Hold {
  readonly kind: 'Hold'
  readonly name: string
  readonly scope: DirectiveScope
  readonly rollbacks: boolean
  readonly reason: string
  readonly file: string
}

/** Rejects service version `from` and returns its placements to their way back. */
export interface Rollback {
  readonly kind: 'Rollback'
  readonly name: string
  readonly service: string
  readonly group: string
  readonly from: string
  readonly reason: string
  readonly file: string
}

/** Absent fields mean everything. */
export interface DirectiveScope {
  readonly service: string | undefined
  readonly group: string | undefined
}
