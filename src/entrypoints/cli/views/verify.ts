import type { Static } from 'typebox'
import type { verify } from '../../../operations/verify.ts'
import type { VerifyFinding } from '../../../operations/verify/shape.ts'
import type { Page } from '../session.ts'
import { counted } from './counted.ts'
import { paintDiff } from './paint-diff.ts'

const filesShown = 6
const commitsShown = 3

const words: Readonly<Record<VerifyFinding['kind'], string>> = {
  differs: 'differs',
  notWrittenByHalyard: "not Halyard's",
  commitWithoutTrailers: 'by another hand',
  unrenderable: 'not renderable',
  unreadableRollout: 'unreadable',
}

export function viewVerify(answer: Static<typeof verify.output>, page: Page): string {
  const { findings, files, equal, rollouts, renderings, catalogCommits } = answer
  const sum = [
    `${counted(equal, 'file')} of ${files} equal a fresh rendering (${counted(renderings, 'text')} from ${counted(catalogCommits, 'catalog commit')})`,
    `${counted(rollouts, 'rollout')} read`,
    `fleet ${answer.fleetCommit.slice(0, 8)}`,
  ].join(', ')
  if (findings.length === 0) return `${page.style.good('verified')}  ${sum}\n`
  return `${findings.map((finding) => viewFinding(finding, page)).join('\n')}\n${sum}\n`
}

function viewFinding(
  { kind, message, files, fleetCommits, diff }: VerifyFinding,
  { style, isWide }: Page,
): string {
  const shown = isWide ? files : files.slice(0, filesShown)
  const more = files.length - shown.length
  const short = fleetCommits.slice(0, commitsShown).map((commit) => commit.slice(0, 8))
  const others = fleetCommits.length - short.length
  const brought =
    short.length === 0
      ? ''
      : `  ${style.quiet(`brought by ${short.join(', ')}${others > 0 ? ` and ${others} more` : ''}`)}\n`
  const head = `${style.bad(words[kind])}  ${counted(files.length, 'file')}: ${message}\n`
  const list = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `  ${line}\n`).join('')
  return head + list + brought + (diff === null ? '' : `\n${paintDiff(diff, style)}`)
}
