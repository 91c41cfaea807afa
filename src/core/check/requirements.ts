import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'

/** A requirement is recorded, but no wave waits for it yet: its author must not believe otherwise. */
export function checkRequirements({ versions }: Catalog): readonly Finding[] {
  return [...versions].flatMap(([service, all]) => {
    const newest = all.at(-1)
    if (newest === undefined || newest.requires.length === 0) return []
    return [
      {
        severity: 'warning',
        scope: { kind: 'service', name: service },
        file: newest.file,
        field: ['spec', 'requires'],
        message: 'requirements are recorded, but no wave waits for them yet',
        remedy: 'merge this version once the services that it requires are proven, or hold it until then',
      } satisfies Finding,
    ]
  })
}
