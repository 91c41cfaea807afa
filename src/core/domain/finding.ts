/** A step into a document: a key of a mapping or an index of a sequence. */
export type FieldPath = readonly (string | number)[]

/**
 * What a finding stops: its service, cluster or group, the services whose payloads come from a repository, one service on
 * some clusters, or everything.
 */
export type FindingScope =
  | {
      readonly kind: 'service' | 'cluster' | 'group' | 'chartRepository' | 'sourceRepository'
      readonly name: string
    }
  | { readonly kind: 'placements'; readonly service: string; readonly clusters: readonly string[] }
  | { readonly kind: 'catalog' }

/** Something wrong in the catalog, told so that its author can mend it. */
export interface Finding {
  readonly severity: 'error' | 'warning'
  readonly scope: FindingScope
  readonly file: string
  readonly field: FieldPath
  /** The part of the field's text that is meant, in UTF-16 units; undefined: all of it. Gone once located. */
  readonly within?: TextRange
  /** The field's value must not be shown. Gone once located. */
  readonly hidesValue?: true
  readonly message: string
  readonly remedy: string
  /** Where in the file, once located; lines and columns count from 1. */
  readonly position?: SourcePosition
}

export interface TextRange {
  readonly offset: number
  readonly length: number
}

export interface SourcePosition {
  readonly line: number
  readonly column: number
  /** Length of the marked text on that line. */
  readonly length: number
  /** The whole line. */
  readonly text: string
}
