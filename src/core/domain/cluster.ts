/** A value that an expression may read from a document: what JSON scalars, lists and objects hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** A Kubernetes cluster: one file of the catalog makes it exist. Its name never changes. */
export interface Cluster {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly metadata: JsonObject
  /** It is emptied and takes nothing new: no service's target any more. */
  readonly decommission: boolean
  /** Where its credential is; undefined: where the controller was told to look, under the cluster's name. */
  readonly connection?: ClusterConnection
  readonly file: string
}

/** Names a credential that the controller has; never the credential itself. */
export interface ClusterConnection {
  readonly kubeconfig: {
    /** Name of a file in the controller's folder of kubeconfigs. */
    readonly file?: string | undefined
    /** Context in that file, or in the one kubeconfig for all clusters. */
    readonly context?: string | undefined
  }
}

/** A Kubernetes LabelSelector plus name globs (`!` excludes). Its parts are ANDed; `all` states on purpose that it selects everything. */
export interface ClusterSelector {
  readonly all: boolean
  readonly matchLabels: Readonly<Record<string, string>>
  readonly matchExpressions: readonly LabelExpression[]
  readonly names: readonly string[]
}

export interface LabelExpression {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}
