import type { Catalog } from '../domain/catalog.ts'
import type { ChartRepository } from '../domain/chart-repository.ts'
import type {
  ChartReference,
  KustomizePin,
  KustomizeReference,
  ServiceVersion,
} from '../domain/service-version.ts'
import type { GitSource, OciSource, SourceRepository } from '../domain/source-repository.ts'

/** A version's payload with the repository that it comes from. */
export type PayloadSource = ChartSource | KustomizeSource

export interface ChartSource {
  readonly kind: 'chart'
  readonly chart: ChartReference
  readonly repository: ChartRepository
}

export interface KustomizeSource {
  readonly kind: 'kustomize'
  readonly kustomize: KustomizeReference
  readonly origin: KustomizeOrigin
}

/** A repository with what of it is pinned, of the same type. */
export type KustomizeOrigin =
  | { readonly type: 'git'; readonly repository: GitSource; readonly commit: string }
  | {
      readonly type: 'oci'
      readonly repository: OciSource
      readonly artifact: string | undefined
      readonly digest: string
    }

/** Undefined: the catalog has no such repository, or one that holds no such thing as is pinned. */
export function payloadSource(
  { payload }: ServiceVersion,
  { chartRepositories, sourceRepositories }: Pick<Catalog, 'chartRepositories' | 'sourceRepositories'>,
): PayloadSource | undefined {
  switch (payload.kind) {
    case 'chart': {
      const repository = chartRepositories.get(payload.chart.repository)
      return repository && { ...payload, repository }
    }
    case 'kustomize': {
      const repository = sourceRepositories.get(payload.kustomize.repository)
      const origin = repository && originOf(repository, payload.kustomize.pin)
      return origin && { ...payload, origin }
    }
  }
}

function originOf(repository: SourceRepository, pin: KustomizePin): KustomizeOrigin | undefined {
  if (repository.type === 'git')
    return pin.kind === 'commit' ? { type: 'git', repository, commit: pin.commit } : undefined
  if (pin.kind !== 'digest') return undefined
  return { type: 'oci', repository, artifact: pin.artifact, digest: pin.digest }
}
