/** Where charts come from. Credentials are a reference to a Secret in the cluster, never a value. */
export interface ChartRepository {
  readonly name: string
  readonly type: 'oci' | 'http'
  /** `oci://host/path` or `https://host/path`. */
  readonly url: string
  /** Name of a Secret in the service's namespace that holds the credentials. */
  readonly secretRef: string | undefined
  readonly file: string
}
