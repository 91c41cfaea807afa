import type { ClusterSelector, LabelExpression } from '../../core/domain/cluster.ts'
import { KnownError } from '../known-error.ts'

const key = String.raw`([A-Za-z0-9](?:[-A-Za-z0-9_./]*[A-Za-z0-9])?)`
const value = String.raw`([A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)`
const equality = new RegExp(`^${key}\\s*(==?|!=)\\s*${value}$`)
const set = new RegExp(`^${key}\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const presence = new RegExp(`^(!?)\\s*${key}$`)
const wholeValue = new RegExp(`^${value}$`)

/**
 * Reads a label selector as `kubectl --selector` takes it: `env=prod,tier!=edge,region in (eu, us),!canary`.
 * Throws `KnownError` for anything else.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
 */
export function parseLabelSelector(text: string): Pick<ClusterSelector, 'matchLabels' | 'matchExpressions'> {
  // Commas within parentheses divide values.
  const terms = text.split(/,(?![^(]*\))/).map((term) => term.trim())
  const matchExpressions: LabelExpression[] = []
  const matchLabels = new Map<string, string>()
  for (const term of terms) {
    const [, labelKey = '', operator = '', labelValue = ''] = equality.exec(term) ?? []
    if (operator.startsWith('=') && !matchLabels.has(labelKey)) matchLabels.set(labelKey, labelValue)
    else matchExpressions.push(parseTerm(term))
  }
  return { matchLabels: Object.fromEntries(matchLabels), matchExpressions }
}

function parseTerm(term: string): LabelExpression {
  const equal = equality.exec(term)
  if (equal?.[1] !== undefined)
    return { key: equal[1], operator: equal[2] === '!=' ? 'NotIn' : 'In', values: [equal[3] ?? ''] }
  const among = set.exec(term)
  if (among?.[1] !== undefined) {
    const values = (among[3] ?? '').split(',').map((item) => item.trim())
    if (values.every((item) => wholeValue.test(item)))
      return { key: among[1], operator: among[2] === 'in' ? 'In' : 'NotIn', values }
  }
  const present = presence.exec(term)
  if (present?.[2] !== undefined)
    return { key: present[2], operator: present[1] === '!' ? 'DoesNotExist' : 'Exists', values: [] }
  throw new KnownError(
    `${JSON.stringify(term)} is no label selector`,
    'write it as kubectl takes it: env=prod,tier!=edge,region in (eu, us),!canary',
  )
}
