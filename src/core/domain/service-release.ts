/**
 * What moves through the fleet: a version of a service as rendered by one template revision, renderer
 * format and set of service settings. It is the same in every group.
 */
export interface ServiceRelease {
  readonly service: string
  readonly version: string
  /** 8 hex digits: digest of template revision, renderer format and service settings. */
  readonly revision: string
  /** The catalog commit whose documents render it. */
  readonly catalogCommit: string
}

/** The name of a service release within its service: equal ids render equal files for equal inputs. */
export type ReleaseId = string

export function releaseId(release: Pick<ServiceRelease, 'version' | 'revision'>): ReleaseId {
  return `${release.version}@${release.revision}`
}
