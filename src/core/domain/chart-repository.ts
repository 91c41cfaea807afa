/** Where charts come from. Credentials and keys are references to Secrets in the service's namespace, never values. */
export interface ChartRepository {
  readonly name: string
  readonly type: 'oci' | 'http'
  /** `oci://host/path` or `https://host/path`. */
  readonly url: string
  /** Name of the Secret that holds the credentials. */
  readonly secretRef: string | undefined
  /** Name of the Secret that holds a client certificate or the authority that signed the server's. */
  readonly certSecretRef: string | undefined
  /** How the clusters check who signed a chart before they use it; only in OCI registries. */
  readonly verification: ChartVerification | undefined
  readonly file: string
}

export interface ChartVerification {
  readonly provider: 'cosign' | 'notation'
  /** Name of the Secret that holds the trusted public keys or trust policy; undefined: keyless. */
  readonly secretRef: string | undefined
  /** Whose keyless signatures count: regular expressions (Go), any of the pairs. */
  readonly identities: readonly { readonly issuer: string; readonly subject: string }[]
}
