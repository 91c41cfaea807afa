/** A directed graph: from each name to the names that it points at. Names that are no keys are ignored. */
export type Graph = ReadonlyMap<string, readonly string[]>

/**
 * Finds for every name that can reach itself a shortest way around, as `[a, b, a]`. Each way starts at its
 * smallest name and is told once.
 */
export function findCycles(graph: Graph): readonly (readonly string[])[] {
  const cycles = new Map<string, readonly string[]>()
  for (const name of graph.keys()) {
    const way = shortestWayAround(graph, name)
    if (way === undefined) continue
    const cycle = rotate(way)
    cycles.set(cycle.join('\n'), cycle)
  }
  return [...cycles.values()]
}

function shortestWayAround(graph: Graph, start: string): readonly string[] | undefined {
  const cameFrom = new Map<string, string>()
  const queue = [start]
  for (const name of queue) {
    for (const next of graph.get(name) ?? []) {
      if (next === start) return retrace(cameFrom, start, name)
      if (cameFrom.has(next) || !graph.has(next)) continue
      cameFrom.set(next, name)
      queue.push(next)
    }
  }
  return undefined
}

function retrace(cameFrom: ReadonlyMap<string, string>, start: string, last: string): readonly string[] {
  const way = [start]
  for (let name: string | undefined = last; name !== undefined && name !== start; name = cameFrom.get(name))
    way.unshift(name)
  return [start, ...way]
}

function rotate(way: readonly string[]): readonly string[] {
  const names = way.slice(1)
  const smallest = names.reduce((least, name, index) => (name < (names[least] ?? '') ? index : least), 0)
  const rotated = [...names.slice(smallest), ...names.slice(0, smallest)]
  return [...rotated, ...rotated.slice(0, 1)]
}
