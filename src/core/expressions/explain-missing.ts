import type { ExpressionFault } from './compile-expression.ts'
import type { ExpressionContext, ReadPath } from './types.ts'

/** Tells that a cluster lacks what an expression reads, and how to give it or do without. */
export function explainMissing(path: ReadPath, context: ExpressionContext): Omit<ExpressionFault, 'kind'> {
  const { name } = context.cluster
  const [root, part, ...rest] = path
  const fallback = `give a default: \${${withDefault(path)}}`
  if (root === 'cluster' && part === 'labels')
    return {
      message: `cluster ${name} has no label "${rest.join('.')}"`,
      remedy: `add the label in clusters/${name}.yaml, or ${fallback}`,
      range: undefined,
    }
  return {
    message: `cluster ${name} has no ${[part, ...rest].join('.')}`,
    remedy: `add it in clusters/${name}.yaml, or ${fallback}`,
    range: undefined,
  }
}

function withDefault(path: ReadPath): string {
  const parent = path.slice(0, -1).reduce(accessOf)
  const key = path.at(-1) ?? ''
  const access = accessOf(parent, key)
  const test = isName(key) ? `has(${access})` : `${JSON.stringify(key)} in ${parent}`
  return `${test} ? ${access} : "none"`
}

function accessOf(parent: string, key: string): string {
  return isName(key) ? `${parent}.${key}` : `${parent}[${JSON.stringify(key)}]`
}

function isName(key: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(key)
}
