import type { KustomizePin, KustomizeReference, Payload } from '../../core/domain/service-version.ts'
import type { KustomizeDocument } from './documents/kustomize.ts'
import type { ServiceVersionDocument } from './documents/service-version.ts'

/** The one payload of a version. Throws where there is none, which the schema refuses. */
export function mapPayload({ chart, kustomize }: ServiceVersionDocument['spec']): Payload {
  if (kustomize !== undefined) return { kind: 'kustomize', kustomize: mapKustomize(kustomize) }
  if (chart !== undefined) return { kind: 'chart', chart }
  throw new Error('a version without chart and kustomize passed its schema')
}

function mapKustomize(document: KustomizeDocument): KustomizeReference {
  const { repository, path = '.', timeout, wait, healthChecks = [], healthCheckExprs = [] } = document
  return {
    repository,
    pin: mapPin(document),
    path,
    timeout,
    wait,
    healthChecks,
    healthCheckExprs: healthCheckExprs.map(({ apiVersion, kind, current, inProgress, failed }) => ({
      apiVersion,
      kind,
      current,
      inProgress,
      failed,
    })),
  }
}

function mapPin({ commit, digest, artifact }: KustomizeDocument): KustomizePin {
  if (digest !== undefined) return { kind: 'digest', artifact, digest }
  if (commit !== undefined) return { kind: 'commit', commit }
  throw new Error('a kustomize payload without commit and digest passed its schema')
}
