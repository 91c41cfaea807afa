import type { ChartVerification } from './chart-repository.ts'

/** Where kustomize payloads come from. Credentials and keys are references to Secrets in the service's namespace. */
export type SourceRepository = GitSource | OciSource

interface Source {
  readonly name: string
  /** Name of the Secret that holds the credentials. */
  readonly secretRef: string | undefined
  readonly file: string
}

export interface GitSource extends Source {
  readonly type: 'git'
  /** `https://host/path`, `http://…` or `ssh://git@host/path`. */
  readonly url: string
  /** The only branch that clusters clone, on which every commit must be; undefined: all of them. */
  readonly branch: string | undefined
  /** Name of the Secret with the OpenPGP keys that must have signed the commit; undefined: nobody need have. */
  readonly verificationSecretRef: string | undefined
}

/** Artifacts as `flux push artifact` makes them. */
export interface OciSource extends Source {
  readonly type: 'oci'
  /** `oci://host/path`, with or without the name of the artifact. */
  readonly url: string
  /** Name of the Secret that holds a client certificate or the authority that signed the server's. */
  readonly certSecretRef: string | undefined
  /** How the clusters check who signed an artifact before they use it. */
  readonly verification: ChartVerification | undefined
}
