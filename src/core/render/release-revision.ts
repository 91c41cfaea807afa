import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Service } from '../domain/service.ts'
import type { ObjectTemplates } from '../domain/templates.ts'

/** Raised whenever the renderer writes other bytes for the same inputs. */
const rendererFormat = '1'

/**
 * 8 hex digits over everything beside the version that decides how a service is rendered: the renderer's format,
 * the object skeletons and the settings of the service that rendering reads.
 */
export function releaseRevision(service: Service, templates: ObjectTemplates): string {
  const settings = [
    service.name,
    service.owner,
    service.namespace,
    service.releaseName,
    service.dependsOn.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
  ]
  const text = JSON.stringify([rendererFormat, templates.revision, settings])
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 8)
}
