import type { ASTNode } from '@marcbachmann/cel-js'
import type { ReadPath } from './types.ts'

/** Roots of what an expression can read. */
const roots = new Set(['cluster', 'service', 'version'])

/** Macros that loop, and `bind`, which repeats a text: each level multiplies the work of the one inside. */
const multiplying = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind'])

/**
 * What an expression reads, as far as its text tells: a field named in the text as itself, a computed one as
 * everything that it might be. Sorted, each once.
 */
export function readsOf(tree: ASTNode): readonly ReadPath[] {
  const reads = new Map<string, ReadPath>()
  collectReads(tree, reads)
  return [...reads].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, path]) => path)
}

function collectReads(node: ASTNode, reads: Map<string, ReadPath>): void {
  const path = pathOf(node)
  if (path !== undefined) {
    reads.set(JSON.stringify(path), path)
    return
  }
  for (const child of childrenOf(node)) collectReads(child, reads)
}

/** The path that a chain of field names stands for: `cluster.labels["a/b"]` is `cluster, labels, a/b`. */
export function pathOf(node: ASTNode): ReadPath | undefined {
  if (node.op === 'id') return roots.has(node.args) ? [node.args] : undefined
  if (node.op === '.') {
    const parent = pathOf(node.args[0])
    return parent && [...parent, node.args[1]]
  }
  if (node.op === '[]') {
    const [object, key] = node.args
    const parent = pathOf(object)
    return parent && key.op === 'value' && typeof key.args === 'string' ? [...parent, key.args] : undefined
  }
  return undefined
}

/** Names of all functions and methods that are called. */
export function callsOf(tree: ASTNode): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (node: ASTNode): void => {
    if (node.op === 'call' || node.op === 'rcall') names.add(node.args[0])
    for (const child of childrenOf(node)) visit(child)
  }
  visit(tree)
  return names
}

/** How deep loops stand inside loops. */
export function macroDepth(node: ASTNode): number {
  const own = node.op === 'rcall' && multiplying.has(node.args[0]) ? 1 : 0
  return own + Math.max(0, ...childrenOf(node).map(macroDepth))
}

function childrenOf(node: ASTNode): readonly ASTNode[] {
  if (node.op === 'value' || node.op === 'id') return []
  if (node.op === '.' || node.op === '.?') return [node.args[0]]
  if (node.op === 'call') return node.args[1]
  if (node.op === 'rcall') return [node.args[1], ...node.args[2]]
  if (node.op === 'map') return node.args.flat()
  if (node.op === '!_' || node.op === '-_') return [node.args]
  return node.args
}
