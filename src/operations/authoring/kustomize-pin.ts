import { parse } from 'yaml'
import type { Json } from '../../core/domain/cluster.ts'
import { isObject } from '../../core/expressions/json-tree.ts'
import { KnownError } from '../known-error.ts'

/** How the kustomize payload of a version's file is pinned; undefined: it has none. */
export type Pin = 'commit' | 'digest'

export function pinOf(text: string): Pin | undefined {
  const document: Json = parse(text)
  const spec = isObject(document) ? document['spec'] : undefined
  const kustomize = isObject(spec) ? spec['kustomize'] : undefined
  if (!isObject(kustomize)) return undefined
  return kustomize['digest'] === undefined ? 'commit' : 'digest'
}

export interface Pinning {
  readonly revision?: string
  readonly digest?: string
  readonly chartVersion?: string
  readonly resolveDigest?: boolean
}

/** Holds what is asked for against the payload of the version to copy. Throws `KnownError`. */
export function requirePin(pin: Pin | undefined, { revision, digest, ...chart }: Pinning): void {
  if (pin === undefined) {
    if (revision === undefined) return
    throw new KnownError('the version to copy has no kustomize payload', 'leave --revision out')
  }
  if (chart.chartVersion !== undefined || chart.resolveDigest === true)
    throw new KnownError(
      'the version to copy has a kustomize payload and no chart',
      pin === 'commit' ? 'give --revision <commit>' : 'give --digest sha256:…',
    )
  if (pin === 'commit' && digest !== undefined)
    throw new KnownError(
      'the payload of the version to copy is pinned to a commit',
      'give --revision <commit>',
    )
  if (pin === 'digest' && revision !== undefined)
    throw new KnownError(
      'the payload of the version to copy is pinned by its digest',
      'give --digest sha256:…',
    )
  if (revision !== undefined && !/^[0-9a-f]{40}$/.test(revision))
    throw new KnownError(
      `${JSON.stringify(revision)} is no whole commit`,
      'give all 40 hex digits: branches, tags and short commits move',
    )
}
