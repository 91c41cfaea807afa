import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Service } from '../domain/service.ts'
import type { Payload, ServiceVersion } from '../domain/service-version.ts'
import type { ObjectTemplates, OptionalTemplateName } from '../domain/templates.ts'
import type { KustomizeSource, PayloadSource } from './payload-source.ts'
import type { ReleaseInputs } from './types.ts'

/** Raised whenever the renderer writes other bytes for the same inputs. */
const rendererFormat = '1'

/**
 * 8 hex digits over everything beside the version that decides how a service is rendered: the renderer's format,
 * the object skeletons, the settings of the service that rendering reads, where the version's payload comes from
 * (undefined when that is unknown), and where the services that it depends on live. What few releases use counts
 * only where it is used (`optional`: see `optionalSkeletons`), so that it moves no others.
 */
export function releaseRevision(
  service: Service,
  templates: ObjectTemplates,
  payload: PayloadSource | undefined,
  dependencies: ReleaseInputs['dependencies'],
  optional: readonly OptionalTemplateName[],
): string {
  const settings = [service.name, service.owner, service.namespace, service.releaseName]
  const source = payload && sourceFields(payload)
  const installedBefore = dependencies
    .map(({ name, namespace }) => [name, namespace] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const used = optional.map((name) => [name, templates.optionalRevisions[name]])
  const text = JSON.stringify([
    rendererFormat,
    templates.revision,
    settings,
    source ?? null,
    installedBefore,
    ...(used.length === 0 ? [] : [used]),
  ])
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 8)
}

/** The optional skeletons that a version's file, and that of its namespace, is made from. */
export function optionalSkeletons(
  { secrets, payload }: Pick<ServiceVersion, 'secrets' | 'payload'>,
  { tier }: Pick<Service, 'tier'>,
): readonly OptionalTemplateName[] {
  return [
    ...(tier === 'foundation' ? ['cluster-role-binding' as const] : []),
    ...(secrets.length === 0 ? [] : ['external-secret' as const]),
    ...payloadSkeletons(payload),
  ]
}

function payloadSkeletons(payload: Payload): readonly OptionalTemplateName[] {
  if (payload.kind === 'chart') return []
  const { pin } = payload.kustomize
  return [
    'service-kustomization',
    pin.kind === 'commit' ? 'service-git-repository' : 'service-oci-repository',
  ]
}

function sourceFields(source: PayloadSource) {
  if (source.kind === 'kustomize') return kustomizeFields(source)
  const { type, url, secretRef, certSecretRef, verification } = source.repository
  const later = [certSecretRef ?? null, verification ?? null]
  return [type, url, secretRef ?? null, ...(later.every((field) => field === null) ? [] : later)]
}

/** All but the name and the file of the repository, which are not rendered. */
function kustomizeFields({ origin: { repository } }: KustomizeSource) {
  const { type, url, secretRef } = repository
  const rest =
    repository.type === 'git'
      ? [repository.branch, repository.verificationSecretRef]
      : [repository.certSecretRef, repository.verification]
  return ['kustomize', type, url, ...[secretRef, ...rest].map((field) => field ?? null)]
}
