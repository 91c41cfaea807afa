import type { Catalog } from '../domain/catalog.ts'
import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import { isEmpty } from '../plan/bitset.ts'
import { type Selections, targetedGroups } from './selections.ts'
import { listNames } from './words.ts'

/** Services select clusters, and every group that they reach has an ancestor that proves their releases. */
export function checkTargets(catalog: Catalog, selections: Selections): readonly Finding[] {
  return [...catalog.services.values()].flatMap((service) => {
    if (service.targets === 'none') return []
    if (isEmpty(selections.targets.get(service.name) ?? new Uint32Array())) return [selectsNothing(service)]
    return checkAncestors(service, catalog.groups, targetedGroups(service.name, selections))
  })
}

function selectsNothing({ name, file }: Service): Finding {
  return {
    severity: 'error',
    scope: { kind: 'service', name },
    file,
    field: ['spec', 'targets'],
    message: `the targets of ${name} select no cluster`,
    remedy: 'correct the selector; to remove the service from all clusters, write targets: none',
  }
}

function checkAncestors(
  service: Service,
  groups: readonly DeploymentGroup[],
  targeted: ReadonlySet<string>,
): readonly Finding[] {
  const byName = new Map(groups.map((group) => [group.name, group]))
  return groups
    .filter(({ name }) => targeted.has(name))
    .flatMap((group) => {
      const bare = group.after.filter(
        (parent) => byName.has(parent) && !leadsToTargeted(parent, byName, targeted),
      )
      if (bare.length > 0) return [unproven(service, group.name, bare)]
      const skipped = group.after.filter((parent) => byName.has(parent) && !targeted.has(parent))
      return skipped.length > 0 ? [skipping(service, group.name, skipped)] : []
    })
}

/** Whether a group, or one before it on any path, is targeted. */
function leadsToTargeted(
  name: string,
  groups: ReadonlyMap<string, DeploymentGroup>,
  targeted: ReadonlySet<string>,
  seen: ReadonlySet<string> = new Set(),
): boolean {
  if (targeted.has(name)) return true
  if (seen.has(name)) return false
  return (groups.get(name)?.after ?? []).some((parent) =>
    leadsToTargeted(parent, groups, targeted, new Set([...seen, name])),
  )
}

function unproven({ name, file }: Service, group: string, parents: readonly string[]): Finding {
  return {
    severity: 'error',
    scope: { kind: 'service', name },
    file,
    field: ['spec', 'targets'],
    message: `${name} targets clusters of ${group} but none of ${listNames(parents)}, where its releases would be proven first`,
    remedy: `target clusters of ${listNames(parents)} too`,
  }
}

function skipping({ name, file }: Service, group: string, parents: readonly string[]): Finding {
  return {
    severity: 'warning',
    scope: { kind: 'service', name },
    file,
    field: ['spec', 'targets'],
    message: `${name} targets clusters of ${group} but none of ${listNames(parents)}, so its releases skip that stage`,
    remedy: `target clusters of ${listNames(parents)} too, if they shall be proven there`,
  }
}
