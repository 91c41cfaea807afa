import type { RuleAnswer } from './shape.ts'

export type Rule = RuleAnswer

const nothingMore = { by: null, evidence: [], opensWhen: null, opensAt: null }

export function yes(rule: string, text: string, place: string | null = null): Rule {
  return { verdict: 'yes', rule, text, place, ...nothingMore }
}

export function not(
  rule: string,
  text: string,
  more: Partial<Omit<Rule, 'verdict' | 'rule' | 'text'>> = {},
): Rule {
  return { verdict: 'not', rule, text, place: null, ...nothingMore, ...more }
}
