import type { Static } from 'typebox'
import type { plan } from '../../../operations/plan.ts'
import type { Page } from '../session.ts'
import { type Cell, formatTable } from '../text-table.ts'
import { asOf } from '../times.ts'
import { formatGate } from './waits.ts'

type PlanAnswer = Static<typeof plan.output>
type PlannedService = PlanAnswer['services'][number]

const columns = [
  { title: 'SERVICE' },
  { title: 'GROUP' },
  { title: 'RELEASE' },
  { title: 'DOES' },
  { title: 'WHAT' },
]

export function viewPlan(answer: PlanAnswer, inDetail: boolean, page: Page): string {
  const rows = answer.services.flatMap((service) => [
    ...proposalRows(service),
    ...removalRows(service),
    ...joinRows(service),
    ...waitingRows(service, asOf(page, answer.at)),
  ])
  if (rows.length === 0) return 'nothing moves, and nothing waits\n'
  return formatTable(columns, rows, page) + (inDetail ? answer.services.map(viewDetails).join('') : '')
}

function proposalRows({ service, proposals }: PlannedService): readonly (readonly Cell[])[] {
  return proposals.map(({ group, release, kind, text }) => [
    service,
    group,
    release.version,
    { text: kind, as: kind === 'return' ? 'bad' : 'good' },
    text,
  ])
}

function removalRows({ service, removals }: PlannedService): readonly (readonly Cell[])[] {
  return removals.map(({ group, text }) => [service, group, '-', { text: 'removal', as: 'warn' }, text])
}

function joinRows({ service, joins }: PlannedService): readonly (readonly Cell[])[] {
  return joins.map(({ cluster, group, release }) => [
    service,
    group,
    release.version,
    { text: 'join', as: 'good' },
    cluster,
  ])
}

function waitingRows({ service, groups }: PlannedService, { now }: Page): readonly (readonly Cell[])[] {
  return groups.flatMap(({ group, candidate, release, waitsFor }) =>
    waitsFor.map((gate): readonly Cell[] => [
      service,
      group,
      (candidate ?? release)?.version ?? '-',
      { text: gate.state === 'shut' ? 'is shut' : 'waits', as: 'warn' },
      formatGate(gate, now),
    ]),
  )
}

function viewDetails({ proposals, removals }: PlannedService): string {
  const left = removals.map(({ group, clusters }) => `\nleaves ${group}: ${clusters.join(', ')}\n`)
  const moved = proposals
    .filter(({ clusters }) => clusters.length > 0)
    .map(
      ({ group, release, clusters, evidence }) =>
        `\n${release.version} → ${group}: ${clusters.join(', ')}\n${evidence.map((line) => `  ${line}\n`).join('')}`,
    )
  return [...moved, ...left].join('')
}
