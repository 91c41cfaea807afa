import type { Static } from 'typebox'
import { formatDuration, parseInstant } from '../../../core/domain/time.ts'
import type { GroupStatus, ServiceStatus, status } from '../../../operations/status.ts'
import type { Page } from '../session.ts'
import { type Cell, type Column, formatTable, wrapText } from '../text-table.ts'
import { asOf, formatAge, formatMoment } from '../times.ts'
import type { Style } from '../style.ts'
import { formatGate, formatWaits, formatWaitsShort } from './waits.ts'

type StatusAnswer = Static<typeof status.output>

const groupColumns: readonly Column[] = [
  { title: 'GROUP' },
  { title: 'RELEASE' },
  { title: 'STATE' },
  { title: 'WAVE', align: 'right' },
  { title: 'HEALTHY', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'SILENT', align: 'right' },
]
const wideColumns: readonly Column[] = [
  { title: 'TARGETS', align: 'right' },
  { title: 'DESIRED' },
  { title: 'CANDIDATE' },
]
const lastColumn: Column = { title: 'WAITS FOR' }

export function viewServices(answer: StatusAnswer, page: Page): string {
  const columns = [{ title: 'SERVICE' }, ...groupColumns, ...(page.isWide ? wideColumns : []), lastColumn]
  const rows = answer.services.flatMap((service) =>
    service.groups.length === 0
      ? [[service.service, ...columns.slice(2).map(() => '-'), service.summary]]
      : service.groups.map((group) => [
          service.service,
          ...groupCells(group, asOf(page, answer.at), !page.isWide),
        ]),
  )
  if (rows.length === 0) return `the catalog has no service\n${viewNotes(answer, page)}`
  return formatTable(columns, rows, page) + viewNotes(answer, page)
}

export function viewService(answer: StatusAnswer, service: ServiceStatus, page: Page): string {
  const { style } = page
  const then = asOf(page, answer.at)
  const title = style.strong(`${service.service} ${service.newest ?? 'without a version'}`)
  const head = `${title}   owner ${service.owner}   ${service.summary}\n`
  const frozen = service.frozenBy === null ? '' : `${style.bad('frozen')}  ${service.frozenBy}\n`
  const columns = [...groupColumns, ...(page.isWide ? wideColumns : []), lastColumn]
  const table =
    service.groups.length === 0
      ? ''
      : `\n${formatTable(
          columns,
          service.groups.map((group) => groupCells(group, then, false)),
          page,
        )}`
  return (
    head + frozen + table + viewWaits(service, then) + viewFailures(service, then) + viewNotes(answer, page)
  )
}

function groupCells(group: GroupStatus, page: Page, isShort: boolean): readonly Cell[] {
  const { total, healthy, failed, silent } = group.placements
  const release = group.release ?? group.candidate
  return [
    group.group,
    release?.version ?? '-',
    { text: group.state, as: stateStyles[group.state] ?? 'quiet' },
    group.waves > 0 ? `${group.wave}/${group.waves}` : '-',
    { text: `${healthy}/${total}`, as: healthy === total && total > 0 ? 'good' : 'warn' },
    failed > 0 ? { text: String(failed), as: 'bad' } : '0',
    silent > 0 ? { text: String(silent), as: 'warn' } : '0',
    ...(page.isWide ? wideCells(group) : []),
    waitsCell(group, page, isShort),
  ]
}

/** In full where there is room: below the table each gate is told once more. */
function waitsCell({ waitsFor, next }: GroupStatus, { now }: Page, isShort: boolean): Cell {
  const short = formatWaitsShort(waitsFor, next, now)
  return isShort ? short : { text: formatWaits(waitsFor, next, now), short }
}

const stateStyles: Readonly<Record<string, keyof Style>> = {
  proven: 'good',
  rolling: 'strong',
  rejected: 'bad',
  halted: 'bad',
  waiting: 'warn',
}

function wideCells(group: GroupStatus): readonly Cell[] {
  const desired = group.desired.map(({ version, clusters }) => `${version ?? 'none'}×${clusters}`)
  return [String(group.targets), desired.join(' '), group.candidate?.version ?? '-']
}

/** Every gate in full: what waits, since when, and what opens it. */
function viewWaits({ groups }: ServiceStatus, { style, now }: Page): string {
  const lines = groups.flatMap(({ group, waitsFor }) =>
    waitsFor.map((gate) => {
      const since = gate.since === null ? '' : `, since ${formatMoment(gate.since, now)}`
      const opens = `${' '.repeat(group.length + 9)}${style.quiet(`opens when ${gate.opensWhen}`)}\n`
      return `${style.warn('waits')}  ${group}  ${formatGate(gate, now)}${since}\n${opens}`
    }),
  )
  return lines.length > 0 ? `\n${lines.join('')}` : ''
}

const failuresShown = 10
const indent = 8

function viewFailures({ service, failures }: ServiceStatus, page: Page): string {
  const { isWide, style, now } = page
  if (failures.length === 0) return ''
  const shown = isWide ? failures : failures.slice(0, failuresShown)
  const lines = shown.map((failure) => {
    const since = failure.since === null ? '' : ` ${formatAge(failure.since, now)}`
    const version = failure.returned ? `${failure.version ?? ''}, went back` : (failure.version ?? '')
    const evidence = wrapText(`${failure.evidence} (${failure.fault} fault)`, { ...page, indent })
    return (
      `${style.bad('failed')}  ${failure.cluster}  ${version}${since}\n${' '.repeat(indent)}${evidence}\n` +
      style.quiet(`${' '.repeat(indent)}halctl explain ${service} ${failure.cluster}\n`)
    )
  })
  const rest = failures.length - shown.length
  return `\n${lines.join('')}${rest > 0 ? `and ${rest} more: -o wide\n` : ''}`
}

/** Older than this, people must know that nobody looks any more. */
const staleAfter = 180

function viewNotes(answer: StatusAnswer, page: Page): string {
  const unreadable = answer.unreadable
    .slice(0, failuresShown)
    .map(({ path, reason }) => `${page.style.bad('unreadable')}  ${path}: ${reason}\n`)
  const edited = answer.edited
    .slice(0, failuresShown)
    .map(
      ({ path, commit, by }) =>
        `${page.style.warn('by hand')}  ${path}: commit ${commit.slice(0, 8)} by ${by}\n`,
    )
  const lines = [...unreadable, ...edited, ...viewNotices(answer, page), ...viewEmptyings(answer, page)]
  return (lines.length > 0 ? `\n${lines.join('')}` : '') + viewAge(answer, page)
}

function viewNotices({ notices }: StatusAnswer, page: Page): readonly string[] {
  return notices
    .slice(0, failuresShown)
    .map(
      ({ kind, text, remedy }) =>
        `${page.style.warn(kind)}  ${wrapText(text, { ...page, indent })}\n${' '.repeat(indent)}${page.style.quiet(remedy)}\n`,
    )
}

/** Clusters that are emptied; one that is empty may leave the catalog. */
function viewEmptyings({ emptyings }: StatusAnswer, { style }: Page): readonly string[] {
  return emptyings.map(({ cluster, state, leaves, waitsFor }) => {
    if (state === 'empty') return `${style.good('empty')}  ${cluster}: halctl cluster remove ${cluster}\n`
    const left = leaves.length > 0 ? `${leaves.join(', ')} still there` : 'no service is left'
    const waits = waitsFor.map(({ opensWhen }) => `; goes on when ${opensWhen}`).join('')
    return `${style.warn('emptied')}  ${cluster}: ${left}${waits}\n`
  })
}

function viewAge({ at, publishedBy }: StatusAnswer, { style, now }: Page): string {
  if (publishedBy === null) {
    return `\n${style.warn('no health')}  no controller has published what it sees in this fleet repository\n`
  }
  const age = now - (parseInstant(at) ?? now)
  if (age <= staleAfter) return ''
  return `\n${style.warn('stale')}  health as of ${formatMoment(at, now)} UTC, ${formatDuration(age)} ago: no controller publishes it now\n`
}
