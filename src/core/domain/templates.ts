import type { JsonObject } from './cluster.ts'

/** The skeletons of the Flux objects that the renderer fills in, by file name without `.yaml`. */
export const templateNames = [
  'config-map',
  'git-repository',
  'helm-chart',
  'helm-release',
  'helm-repository',
  'kustomization',
  'namespace',
  'oci-repository',
  'role-binding',
  'service-account',
] as const
export type TemplateName = (typeof templateNames)[number]

export interface ObjectTemplates {
  /** 8 hex digits of the digest of all skeletons. */
  readonly revision: string
  readonly objects: Readonly<Record<TemplateName, JsonObject>>
}
