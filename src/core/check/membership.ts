import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import { hasBit, isEmpty } from '../plan/bitset.ts'
import type { Selections } from './selections.ts'
import { listNames } from './words.ts'

/** Each cluster is in exactly one group, unless groups could not be read; each group has clusters. */
export function checkMembership(
  { clusters, groups }: Catalog,
  { members }: Selections,
  hidesGroups: boolean,
): readonly Finding[] {
  const wrong = clusters.flatMap((cluster, ordinal): Finding[] => {
    const holding = groups.filter(({ name }) => hasBit(members.get(name) ?? new Uint32Array(), ordinal))
    if (holding.length === 1 || (holding.length === 0 && hidesGroups)) return []
    const names = holding.map(({ name }) => name)
    return [
      {
        severity: 'error',
        scope: { kind: 'cluster', name: cluster.name },
        file: cluster.file,
        field: ['metadata', 'labels'],
        message:
          names.length === 0
            ? `cluster ${cluster.name} is in no deployment group`
            : `cluster ${cluster.name} is in ${names.length} deployment groups: ${listNames(names)}`,
        remedy:
          names.length === 0
            ? 'give it labels that one group selects'
            : 'change its labels or the selectors so that one of them selects it',
      },
    ]
  })
  const empty = groups.filter(({ name }) => isEmpty(members.get(name) ?? new Uint32Array()))
  return [...wrong, ...empty.map(emptyGroup)]
}

function emptyGroup({ name, file }: { readonly name: string; readonly file: string }): Finding {
  return {
    severity: 'error',
    scope: { kind: 'group', name },
    file,
    field: ['spec', 'clusterSelector'],
    message: `the selector of group ${name} selects no cluster`,
    remedy: 'correct the selector, add a cluster that it selects, or remove the group',
  }
}
