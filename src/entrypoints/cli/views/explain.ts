import type { Static } from 'typebox'
import type { explain } from '../../../operations/explain.ts'
import type { Rule } from '../../../operations/explain/rule.ts'
import type { Page } from '../session.ts'
import { wrapText } from '../text-table.ts'
import { asOf, formatMoment, formatUntil } from '../times.ts'

type ExplainAnswer = Static<typeof explain.output>
type Subject = ExplainAnswer['answers'][number]

export function viewExplain(answer: ExplainAnswer, page: Page): string {
  if (answer.answers.length === 0) return `${answer.service} targets no cluster\n`
  return answer.answers.map((subject) => viewSubject(subject, asOf(page, answer.at))).join('\n')
}

function viewSubject({ headline, rules, earliest, move }: Subject, page: Page): string {
  const width = Math.max(0, ...rules.map(({ rule }) => rule.length))
  const lines = rules.map((rule) => viewRule(rule, width, page))
  const last = `${earliest ? viewEarliest(earliest, page) : ''}${move === null ? '' : `move: ${oneLine(move)}\n`}`
  return `${page.style.strong(headline)}\n${lines.join('')}${last}`
}

const evidenceShown = 5

function viewRule(rule: Rule, width: number, page: Page): string {
  const { style, now, isWide } = page
  const verdict = rule.verdict === 'yes' ? style.good('yes') : style.bad('not')
  const until = rule.opensAt === null ? '' : `, until ${formatUntil(rule.opensAt, now)}`
  const text = oneLine(`${shortenMoments(rule.text, now)}${until}`)
  const place = rule.place === null ? '' : `  ${style.quiet(rule.place)}`
  const by = rule.by === null ? '' : `  by ${rule.by}`
  // Only what a person must do is worth a line of its own.
  const opens =
    rule.opensWhen === null || rule.opensAt !== null
      ? ''
      : `${' '.repeat(width + 9)}${style.quiet(`opens when ${oneLine(rule.opensWhen)}`)}\n`
  const shown = isWide ? rule.evidence : rule.evidence.slice(0, evidenceShown)
  const hidden = rule.evidence.length - shown.length
  const indent = width + 9
  const evidence = [...shown.map(oneLine), ...(hidden > 0 ? [`and ${hidden} more: -o wide`] : [])].map(
    (line) => `${' '.repeat(indent)}${wrapText(line, { ...page, indent })}\n`,
  )
  return `  ${verdict}  ${rule.rule.padEnd(width)}  ${text}${place}${by}\n${evidence.join('')}${opens}`
}

function viewEarliest({ at, text }: NonNullable<Subject['earliest']>, { now }: Page): string {
  return at === null ? `earliest: ${oneLine(text)}\n` : `earliest: ${formatMoment(at, now)} UTC, ${text}\n`
}

/** Moments inside of sentences, as short as elsewhere. */
function shortenMoments(text: string, now: number): string {
  return text.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, (moment) => formatMoment(moment, now))
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
