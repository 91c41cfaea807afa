import type { Event } from '../adapters/store/port.ts'
import type { DemoSummary } from './demo.ts'

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

/** One event as one line of the terminal: time first, then who, then what. */
export function tellEvent(event: Event, colour: boolean): string {
  const time = new Date(event.at * 1000).toISOString().slice(11, 19)
  const subject = event.service ?? event.cluster ?? 'catalog'
  const text = printable(`${subject} ${event.text}`)
  return `${paint(time, dim, colour)}  ${paint(text, colours[event.kind], colour)}\n`
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
