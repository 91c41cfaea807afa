import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { ChartRepository } from '../domain/chart-repository.ts'
import type { Service } from '../domain/service.ts'
import type { ObjectTemplates } from '../domain/templates.ts'
import type { ReleaseInputs } from './types.ts'

/** Raised whenever the renderer writes other bytes for the same inputs. */
const rendererFormat = '1'

/**
 * 8 hex digits over everything beside the version that decides how a service is rendered: the renderer's format,
 * the object skeletons, the settings of the service that rendering reads, where the version's chart comes from
 * (undefined when that is unknown), and where the services that it depends on live.
 */
export function releaseRevision(
  service: Service,
  templates: ObjectTemplates,
  chartRepository: ChartRepository | undefined,
  dependencies: ReleaseInputs['dependencies'],
): string {
  const settings = [service.name, service.owner, service.namespace, service.releaseName]
  const source = chartRepository && [
    chartRepository.type,
    chartRepository.url,
    chartRepository.secretRef ?? null,
  ]
  const installedBefore = dependencies
    .map(({ name, namespace }) => [name, namespace] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  const text = JSON.stringify([rendererFormat, templates.revision, settings, source ?? null, installedBefore])
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 8)
}
