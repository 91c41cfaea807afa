/**
 * Gives each cluster name a stable small number, the index of every placement column.
 * Numbers are given in order of first sight and never taken back while the process lives.
 */
export interface ClusterIndex {
  readonly size: number
  readonly names: readonly string[]
  ordinalOf(name: string): number | undefined
  /** The ordinal of `name`, given anew when it has none. */
  intern(name: string): number
}

export function createClusterIndex(initial: Iterable<string> = []): ClusterIndex {
  const names: string[] = []
  const ordinals = new Map<string, number>()
  const intern = (name: string): number => {
    const known = ordinals.get(name)
    if (known !== undefined) return known
    const ordinal = names.push(name) - 1
    ordinals.set(name, ordinal)
    return ordinal
  }
  for (const name of initial) intern(name)
  return {
    names,
    get size() {
      return names.length
    },
    ordinalOf: (name) => ordinals.get(name),
    intern,
  }
}
