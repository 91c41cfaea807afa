import type { JsonObject } from './cluster.ts'

/** The skeletons of the Flux objects that the renderer fills in, by file name without `.yaml`. */
export const templateNames = [
  'cluster-role-binding',
  'config-map',
  'external-secret',
  'git-repository',
  'helm-chart',
  'helm-release',
  'helm-repository',
  'kustomization',
  'namespace',
  'oci-repository',
  'role-binding',
  'service-account',
  'service-git-repository',
  'service-kustomization',
  'service-oci-repository',
] as const
export type TemplateName = (typeof templateNames)[number]

/** Skeletons that count only in the releases that use them: to add or edit one moves no other service. */
export const optionalTemplateNames = [
  'cluster-role-binding',
  'external-secret',
  'service-git-repository',
  'service-kustomization',
  'service-oci-repository',
] as const satisfies readonly TemplateName[]
export type OptionalTemplateName = (typeof optionalTemplateNames)[number]

export interface ObjectTemplates {
  /** 8 hex digits of the digest of all skeletons but the optional ones. */
  readonly revision: string
  /** 8 hex digits of the digest of each optional skeleton. */
  readonly optionalRevisions: Readonly<Record<OptionalTemplateName, string>>
  readonly objects: Readonly<Record<TemplateName, JsonObject>>
}
