import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { JsonObject } from '../domain/cluster.ts'
import type { SecretReference } from '../domain/service-version.ts'
import { isObject } from '../expressions/json-tree.ts'
import { fillSpec, fillTemplate } from './fill-template.ts'
import { serviceIdentity } from './service-identity.ts'
import type { ReleaseInputs } from './types.ts'
import { keySecrets, keyVariables } from './values-from.ts'

/** The External Secrets object that makes the Secret of a service: one key for each reference. */
export function externalSecret(inputs: ReleaseInputs, secrets: readonly SecretReference[]): JsonObject {
  const template = inputs.templates.objects['external-secret']
  const spec = specOf(inputs, secrets)
  const name = nameOf(inputs, spec)
  const { target } = spec
  return fillTemplate(template, serviceIdentity(inputs, name), {
    spec: { ...spec, target: { ...(isObject(target) ? target : {}), name } },
  })
}

/** Name of the service's ExternalSecret and of the Secret that it makes. */
export function externalSecretName(inputs: ReleaseInputs, secrets: readonly SecretReference[]): string {
  return nameOf(inputs, specOf(inputs, secrets))
}

/**
 * By the digest of all that decides what is read: other references are another Secret, and so another generation of
 * what installs the service, so that yesterday's Ready is no proof of them.
 */
function nameOf({ service }: ReleaseInputs, spec: JsonObject): string {
  const digest = bytesToHex(sha256(utf8ToBytes(JSON.stringify(spec))))
  return `${service.name}-${digest.slice(0, 8)}`
}

function specOf({ templates, source }: ReleaseInputs, secrets: readonly SecretReference[]): JsonObject {
  const keyed = source.kind === 'chart' ? keySecrets(secrets) : keyVariables(secrets)
  const data = keyed.map(({ secretKey, path, key }) => ({
    secretKey,
    remoteRef: { key: path, ...(key === undefined ? {} : { property: key }) },
  }))
  return fillSpec(templates.objects['external-secret'], {}, { data })
}
