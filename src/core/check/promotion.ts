import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import { findCycles } from './find-cycles.ts'
import { missing, type UnreadFiles } from './words.ts'

/** The promotion graph: groups named by `after` exist, and no group comes before itself. */
export function checkPromotion({ groups }: Catalog, unread: UnreadFiles): readonly Finding[] {
  const byName = new Map(groups.map((group) => [group.name, group]))
  const unknown = groups.flatMap(({ name, file, after }) =>
    after.flatMap((other, index): Finding[] =>
      byName.has(other)
        ? []
        : [
            {
              severity: 'error',
              scope: { kind: 'group', name },
              file,
              field: ['spec', 'after', index],
              ...missing(`deployment group ${other}`, `deployment-groups/${other}.yaml`, unread),
            },
          ],
    ),
  )
  const cycles = findCycles(new Map(groups.map(({ name, after }) => [name, after])))
  return [
    ...unknown,
    ...cycles.flatMap((cycle) =>
      cycle.slice(1).map((name) => cycleOf(name, cycle, byName.get(name)?.file ?? '')),
    ),
  ]
}

function cycleOf(name: string, cycle: readonly string[], file: string): Finding {
  return {
    severity: 'error',
    scope: { kind: 'group', name },
    file,
    field: ['spec', 'after'],
    message: `the promotion order goes in a circle: ${cycle.join(' → ')}`,
    remedy: 'take one of these groups out of the after of the other',
  }
}
