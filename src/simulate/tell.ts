import type { Event } from '../adapters/store/port.ts'
import type { ControllerView } from '../controller/controller.ts'
import type { Instant } from '../core/domain/time.ts'
import type { DemoSummary } from './demo.ts'
import type { StoryStep } from './story.ts'

const dim = 2
const colours: Partial<Record<Event['kind'], number>> = {
  rejected: 31,
  halted: 31,
  rolledBack: 33,
  requirementBroken: 31,
  placementFailed: 31,
  catalogError: 31,
  fleetEdited: 33,
  proven: 32,
}

/** Kinds that a reader of the first rollout of everything wants to see one by one. */
const alarming = new Set<Event['kind']>([
  'placementFailed',
  'rejected',
  'halted',
  'rolledBack',
  'requirementBroken',
  'catalogError',
  'blackout',
  'blackoutEnded',
])

/** What the terminal tells, each answer being lines to print. */
export interface Teller {
  event(event: Event): string
  /** What came together since the last step. */
  step(view: ControllerView | undefined, at: Instant): string
  storyStep(step: StoryStep, at: Instant): string
  storyBegins(clusters: number, at: Instant): string
}

/**
 * Tells the first rollout of everything in a line for each group, and the story that follows event by event. Of what
 * two events say, one is told: the last wave's soak ends in `proven`, and a page repeats its verdict.
 */
export function createTeller(colour: boolean, isResumed: boolean): Teller {
  let hasBegun = isResumed
  const provenGroups = new Set<string>()
  const firsts = new Map<'versionMerged' | 'bootstrapped', number>()
  const line = (at: Instant, text: string): string => tellLine(at, text, undefined, colour)
  const tellFirsts = (at: Instant): string => {
    const [versions, joins] = [firsts.get('versionMerged'), firsts.get('bootstrapped')]
    firsts.clear()
    return [
      ...(versions === undefined ? [] : [`catalog ${versions} versions of services merged`]),
      ...(joins === undefined ? [] : [`fleet ${joins} clusters join, each with a pull request of its own`]),
    ]
      .map((text) => line(at, text))
      .join('')
  }
  return {
    event(event) {
      const { kind } = event
      if (hasBegun) return isTold(event) ? tellEvent(event, colour) : ''
      if (kind === 'versionMerged' || kind === 'bootstrapped') firsts.set(kind, (firsts.get(kind) ?? 0) + 1)
      return alarming.has(kind) ? tellEvent(event, colour) : ''
    },
    step(view, at) {
      if (hasBegun || !view) return ''
      const lines = [tellFirsts(at)]
      for (const [group, services] of servicesByGroup(view)) {
        if (provenGroups.has(group) || !services.every(({ isProven }) => isProven)) continue
        provenGroups.add(group)
        const clusters = Math.max(...services.map(({ targets }) => targets))
        lines.push(line(at, `${group} ${services.length} services proven on ${clusters} clusters`))
      }
      return lines.join('')
    },
    storyBegins(clusters, at) {
      if (hasBegun) return ''
      hasBegun = true
      return `${line(at, `fleet everything runs on ${clusters} clusters: the day begins`)}\n`
    },
    storyStep({ message, author, files, silence }, at) {
      const [subject = ''] = message.split('\n')
      const isRelease = [...files.keys()].some((path) => path.includes('/versions/'))
      return [
        ...(isRelease ? [] : [`catalog ${subject}  by ${author.email}`]),
        ...(silence ? [`${silence.cluster} falls out of contact`] : []),
      ]
        .map((text) => line(at, text))
        .join('')
    },
  }
}

/** So many names of a list are told; the page has the others. */
const namesTold = 4

/** `a, b, c, d and 3 more`, where the text ends in a longer list. */
function shorten(text: string): string {
  const names = text.split(', ')
  const hidden = names.length - namesTold
  return hidden < 2 ? text : `${names.slice(0, namesTold).join(', ')} and ${hidden} more`
}

function isTold({ kind, text }: Event): boolean {
  if (kind === 'paged') return false
  return kind !== 'waveHealthy' || !/ wave (\d+)\/\1 /.test(text)
}

function servicesByGroup({ plans }: ControllerView) {
  const all = [...plans.values()].flatMap(({ groups }) => groups)
  const shown = all.map(({ group, state, tally }) => ({
    group,
    isProven: state === 'proven',
    targets: tally.targets,
  }))
  return Map.groupBy(shown, ({ group }) => group)
}

/** One event as one line of the terminal: time first, then who, then what. */
function tellEvent(event: Event, colour: boolean): string {
  const subject = event.service ?? event.cluster ?? 'catalog'
  const isList = event.kind === 'bootstrapped' || (event.cluster !== undefined && event.kind === 'waveMerged')
  return tellLine(
    event.at,
    `${subject} ${isList ? shorten(event.text) : event.text}`,
    colours[event.kind],
    colour,
  )
}

function tellLine(at: Instant, text: string, code: number | undefined, colour: boolean): string {
  const time = new Date(at * 1000).toISOString().slice(11, 19)
  return `${paint(time, dim, colour)}  ${paint(printable(text), code, colour)}\n`
}

export function tellSummary({
  pullRequestsMerged,
  releasesRejected,
  clustersHealthy,
  clusters,
}: DemoSummary): string {
  const rejected = releasesRejected === 1 ? '1 service release' : `${releasesRejected} service releases`
  return `settled: ${pullRequestsMerged} pull requests merged, ${rejected} rejected, ${clustersHealthy} of ${clusters} clusters healthy\n`
}

/** Where to look at what is left behind. */
export function tellWhereToLook(folder: string, url: string | undefined): string {
  const places = [`git -C ${folder}/fleet.git log --oneline`, 'npx halctl status', ...(url ? [url] : [])]
  return `look:  ${places.join('     ')}\n`
}

function paint(text: string, code: number | undefined, colour: boolean): string {
  return colour && code !== undefined ? `\u001B[${code}m${text}\u001B[0m` : text
}

/** Names and messages come from repositories and clusters: nothing of them may steer a terminal. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ')
}
