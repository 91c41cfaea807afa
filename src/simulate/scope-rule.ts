import type { CommitFacts } from './commit-facts.ts'

/** What a commit changes that its kind does not: other files, or placements of other services. */
export function wrongScope(facts: CommitFacts): readonly string[] {
  const { kind, trailers, changes, placements } = facts
  const service = trailers.get('Service') ?? ''
  const named = [service, ...(trailers.get('Dependents')?.split(' ') ?? [])]
  const isAllowed = allowedPaths(facts, named)
  const foreign =
    kind === 'wave' || kind === 'return' ? placements.filter((move) => !named.includes(move.service)) : []
  return [
    ...changes.filter(({ path }) => !isAllowed(path)).map(({ path }) => `${kind} changes ${path}`),
    ...foreign.map((move) => `${kind} of ${service} moves ${move.service}`),
  ]
}

/** `named`: the service of the commit first, then those that go back with it. */
function allowedPaths(
  { kind, trailers, placements }: CommitFacts,
  named: readonly string[],
): (path: string) => boolean {
  const own = new Set(named.map((name) => `rollouts/${trailers.get('Group')}/${name}.yaml`))
  const moved = placements.filter(({ service }) => service === named[0])
  const clusters = new Set(moved.map(({ cluster }) => cluster))
  const isLedger = (path: string): boolean => path.startsWith('rollouts/')
  switch (kind) {
    case 'ledger':
      return isLedger
    case 'bootstrap':
      return (path) => isLedger(path) || path.startsWith(`clusters/${trailers.get('Bootstrap')}/`)
    case 'removal':
      return (path) =>
        own.has(path) ||
        (trailers.has('Decommission') && isLedger(path)) ||
        /^clusters\/[^/]+\/(apps|namespaces)\//.test(path)
    case 'wave':
    case 'return':
      return (path) =>
        own.has(path) || (path.startsWith('clusters/') && clusters.has(path.split('/')[1] ?? ''))
    case 'other':
      return () => false
  }
}
