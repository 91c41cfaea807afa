import type { Catalog } from '../domain/catalog.ts'
import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import { isEmpty } from '../plan/bitset.ts'
import { type Selections, targetedGroups } from './selections.ts'
import { listNames, missing, type UnreadFiles } from './words.ts'

/** Services select clusters, and every group that they reach has an ancestor that proves their releases. */
export function checkTargets(
  catalog: Catalog,
  selections: Selections,
  unread: UnreadFiles,
): readonly Finding[] {
  return [...catalog.services.values()].flatMap((service) => {
    if (service.targets === 'none') return []
    if (isEmpty(selections.targets.get(service.name) ?? new Uint32Array())) return [selectsNothing(service)]
    const targeted = targetedGroups(service.name, selections)
    return [
      ...checkAncestors(service, catalog.groups, targeted),
      ...checkSkipped(service, catalog.groups, targeted, unread),
    ]
  })
}

/** Stages that are left out on purpose exist, and have no targets. */
function checkSkipped(
  { name, file, skipGroups = [] }: Service,
  groups: readonly DeploymentGroup[],
  targeted: ReadonlySet<string>,
  unread: UnreadFiles,
): readonly Finding[] {
  const known = new Set(groups.map((group) => group.name))
  return skipGroups.flatMap(({ group }, index): Finding[] => {
    const at = {
      scope: { kind: 'service', name },
      file,
      field: ['spec', 'skipGroups', index, 'group'],
    } as const
    if (!known.has(group)) {
      const words = missing(`deployment group ${group}`, `deployment-groups/${group}.yaml`, unread)
      return [{ severity: 'error', ...at, ...words }]
    }
    if (!targeted.has(group)) return []
    const message = `${name} targets clusters of ${group}, so its releases are proven there and skip nothing`
    return [{ severity: 'warning', ...at, message, remedy: 'remove it from skipGroups' }]
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
  const waived = new Set(
    (service.skipGroups ?? []).map(({ group }) => group).filter((name) => !targeted.has(name)),
  )
  return groups
    .filter(({ name }) => targeted.has(name))
    .flatMap((group) => {
      const parents = parentsOf(group, byName, waived)
      const bare = parents.filter((parent) => !leadsToTargeted(parent, byName, targeted))
      if (bare.length > 0) return [unproven(service, group.name, bare)]
      const skipped = parents.filter((parent) => !targeted.has(parent))
      return skipped.length > 0 ? [skipping(service, group.name, skipped)] : []
    })
}

/** The groups right before one, with those before a waived one in its stead. */
function parentsOf(
  { after }: DeploymentGroup,
  groups: ReadonlyMap<string, DeploymentGroup>,
  waived: ReadonlySet<string>,
  seen: ReadonlySet<string> = new Set(),
): readonly string[] {
  const found = after.flatMap((name) => {
    const parent = groups.get(name)
    if (!parent || seen.has(name)) return []
    return waived.has(name) ? parentsOf(parent, groups, waived, new Set([...seen, name])) : [name]
  })
  return [...new Set(found)]
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
    remedy: `target clusters of ${listNames(parents)} too, or write why not in spec.skipGroups`,
  }
}

function skipping({ name, file }: Service, group: string, parents: readonly string[]): Finding {
  return {
    severity: 'warning',
    scope: { kind: 'service', name },
    file,
    field: ['spec', 'targets'],
    message: `${name} targets clusters of ${group} but none of ${listNames(parents)}, so its releases skip that stage`,
    remedy: `target clusters of ${listNames(parents)} too, or write why not in spec.skipGroups`,
  }
}
