import type { Oid } from '../../adapters/git/port.ts'
import type { VerifyFinding } from './shape.ts'

export interface Found {
  readonly kind: VerifyFinding['kind']
  readonly message: string
  readonly path: string
  readonly fleetCommit: Oid | undefined
  readonly catalogCommit?: string | undefined
  readonly diff?: string | undefined
}

/** What is wrong, each distinct message and diff once with all files that it is about. */
export interface Findings {
  add(found: Found): void
  /** Those about most files first. */
  list(): VerifyFinding[]
}

export function createFindings(): Findings {
  const classes = new Map<string, { readonly first: Found; files: string[]; commits: Set<Oid> }>()
  return {
    add(found) {
      const { kind, message, path, fleetCommit, catalogCommit, diff } = found
      const key = JSON.stringify([kind, message, catalogCommit, diff])
      const entry = classes.get(key) ?? { first: found, files: [], commits: new Set() }
      classes.set(key, entry)
      entry.files.push(path)
      if (fleetCommit !== undefined) entry.commits.add(fleetCommit)
    },
    list: () =>
      [...classes.values()]
        .map(({ first: { kind, message, catalogCommit, diff }, files, commits }) => ({
          kind,
          message,
          files: files.toSorted(),
          fleetCommits: [...commits].toSorted(),
          catalogCommit: catalogCommit ?? null,
          diff: diff ?? null,
        }))
        .toSorted(
          (a, b) => b.files.length - a.files.length || ((a.files[0] ?? '') < (b.files[0] ?? '') ? -1 : 1),
        ),
  }
}
