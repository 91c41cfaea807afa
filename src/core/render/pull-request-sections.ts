import type { Cluster } from '../domain/cluster.ts'
import { classifyChanges, type DiffClass, type PlacementChange } from './diff-classes.ts'
import { emitYaml } from './emit-yaml.ts'
import { codeBlock, codeSpan, escapeMarkdown } from './markdown.ts'

/** GitHub refuses bodies beyond 65,536 characters; the forge's own additions need room. */
const longestBody = 60_000
const longestLine = 400
const mostLines = 40
const namesShown = 8
/** A single change shows at most so much of itself, so that others are seen too. */
const longestDiff = 12_000

/**
 * Joins sections into a body of at most 60,000 characters. Changes are shown, largest class first, in the room that
 * the rest leaves; a note tells what was left out.
 */
export function composeBody(sections: {
  readonly before: readonly string[]
  readonly changes: readonly PlacementChange[]
  readonly after: readonly string[]
  readonly marker: string
}): string {
  const { before, changes, after, marker } = sections
  const join = (middle: readonly string[]) =>
    [...before, ...middle, ...after, marker].filter((part) => part !== '').join('\n\n')
  const room = longestBody - join([]).length - 500
  return join(changesSections(classifyChanges(changes), room))
}

function changesSections(classes: readonly DiffClass[], room: number): readonly string[] {
  if (classes.length === 0) return []
  const shown = ['### What changes']
  let left = room
  for (const [index, each] of classes.entries()) {
    const text = classSection(each, index)
    if (text.length + 2 > left) {
      const rest = classes.slice(index)
      const clusters = rest.reduce((sum, { clusters: { length } }) => sum + length, 0)
      return [
        ...shown,
        `_Left out here: ${count(rest.length, 'more change')} of ${count(clusters, 'cluster')}. The files of this pull request show them all._`,
      ]
    }
    left -= text.length + 2
    shown.push(text)
  }
  return shown
}

function classSection({ clusters, diff }: DiffClass, index: number): string {
  const [example = ''] = clusters
  const title = `${count(clusters.length, 'cluster')}, ${index === 0 ? 'this change' : 'this one instead'}`
  const names = clusters.length === 1 ? codeSpan(example) : `for example ${codeSpan(example)}`
  if (diff === '') return `**${count(clusters.length, 'cluster')}, no change** (${names})`
  const text =
    diff.length <= longestDiff
      ? diff
      : `${wholeLines(diff)}\n… ${diff.length - wholeLines(diff).length} more characters are left out`
  const block = codeBlock('diff', text)
  if (index === 0) return `**${title}** (${names})\n\n${block}`
  return `<details><summary><b>${title}</b></summary>\n\n${names}\n\n${block}\n\n</details>`
}

function wholeLines(diff: string): string {
  return diff.slice(0, diff.lastIndexOf('\n', longestDiff))
}

/** Clusters by their label `region`, in one row where none has it. */
export function clusterTable(clusters: readonly Cluster[]): string {
  const byRegion = Map.groupBy(clusters, ({ labels }) => labels['region'] ?? '')
  const rows = [...byRegion]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([region, members]) =>
        `| ${region === '' ? '-' : escapeMarkdown(region)} | ${members.length} | ${nameList(members.map(({ name }) => name))} |`,
    )
  const more = rows.length - mostLines
  return [
    '| region | clusters | names |',
    '|---|---:|---|',
    ...rows.slice(0, mostLines),
    ...(more > 0 ? [`| … | | ${count(more, 'more region')} |`] : []),
  ].join('\n')
}

export function nameList(names: readonly string[]): string {
  const sorted = names.toSorted()
  const more = sorted.length - namesShown
  return [...sorted.slice(0, namesShown).map(codeSpan), ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
}

/** A titled list of free text; empty without lines. */
export function listSection(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return ''
  const more = lines.length - mostLines
  const shown = lines.slice(0, mostLines).map((line) => `- ${escapeMarkdown(shorten(line))}`)
  return [`### ${title}`, '', ...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')
}

function shorten(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}…`
}

/** What a forge's search finds a pull request by. GitHub allows labels of 50 characters. */
export function labelsOf(
  kind: string,
  { service, group }: { readonly service?: string; readonly group: string },
): readonly string[] {
  const named = [...(service === undefined ? [] : [`service/${service}`]), `group/${group}`]
  return ['halyard', `halyard/${kind}`, ...named.map((label) => label.slice(0, 50))]
}

/** What to commit to the catalog to stop a release or send it back. */
export function ordersSection(service: string, group: string, version: string): string {
  const hold = directive('Hold', `hold-${service}-${group}`, { service, group, reason: 'why it must wait' })
  const rollback = directive('Rollback', `rollback-${service}-${group}`, {
    service,
    group,
    from: version,
    reason: 'what went wrong',
  })
  return [
    '<details><summary><b>Hold or roll back</b></summary>',
    `Add one of these files to the catalog; it acts as soon as it is merged there. Or ${codeSpan(`halctl hold ${service} --group ${group}`)} and ${codeSpan(`halctl rollback ${service} --group ${group}`)}.`,
    hold,
    rollback,
    '</details>',
  ].join('\n\n')
}

function directive(kind: string, longName: string, spec: Readonly<Record<string, string>>): string {
  const name = longName.slice(0, 63).replace(/-+$/, '')
  const text = emitYaml([{ apiVersion: 'halyard.dev/v1', kind, metadata: { name }, spec }])
  return `${codeSpan(`directives/${name}.yaml`)}\n\n${codeBlock('yaml', text)}`
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
