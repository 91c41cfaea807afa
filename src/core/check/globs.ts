import type { Catalog } from '../domain/catalog.ts'
import type { ClusterSelector } from '../domain/cluster.ts'
import type { FieldPath, Finding, FindingScope } from '../domain/finding.ts'
import { compileSelector } from '../plan/selector.ts'

interface Use {
  readonly selector: ClusterSelector
  readonly scope: FindingScope
  readonly file: string
  readonly field: FieldPath
}

/**
 * Name globs of groups and services match a cluster each. A warning: the last cluster that a glob was for may go, and
 * what the others select is right all the same.
 */
export function checkGlobs({ clusters, groups, services }: Catalog): readonly Finding[] {
  const known = new Map<string, boolean>()
  const matchesAny = (glob: string): boolean => {
    const name = glob.replace(/^!/, '')
    const isMatched = known.get(name) ?? clusters.some(compileSelector(selectorOf(name)))
    known.set(name, isMatched)
    return isMatched
  }
  return [...groups.map(useOfGroup), ...[...services.values()].flatMap(useOfService)].flatMap((use) =>
    use.selector.names.flatMap((glob, index) => (matchesAny(glob) ? [] : [unmatched(use, glob, index)])),
  )
}

function useOfGroup({ name, file, clusterSelector }: Catalog['groups'][number]): Use {
  const scope = { kind: 'group', name } as const
  return { selector: clusterSelector, scope, file, field: ['spec', 'clusterSelector'] }
}

function useOfService({
  name,
  file,
  targets,
}: {
  name: string
  file: string
  targets: ClusterSelector | 'none'
}) {
  const scope = { kind: 'service', name } as const
  return targets === 'none' ? [] : [{ selector: targets, scope, file, field: ['spec', 'targets'] }]
}

function selectorOf(name: string): ClusterSelector {
  return { all: false, matchLabels: {}, matchExpressions: [], names: [name] }
}

function unmatched({ scope, file, field }: Use, glob: string, index: number): Finding {
  return {
    severity: 'warning',
    scope,
    file,
    field: [...field, 'names', index],
    message: `no cluster is called ${glob.replace(/^!/, '')}`,
    remedy: 'correct the glob, or remove it',
  }
}
