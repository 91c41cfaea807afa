import type { Seconds } from './time.ts'

/** `halyard.yaml` at the root of the catalog. */
export interface Settings {
  /** What Flux in the clusters reads. */
  readonly fleet: { readonly url: string; readonly branch: string; readonly secretRef: string | undefined }
  /** A cluster that reported nothing for so long is silent. */
  readonly silentAfter: Seconds
  /** Where External Secrets runs: it can not read secrets for itself before it runs. */
  readonly secretsNamespace: string
  readonly file: string
}
