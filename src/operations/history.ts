import { type Static, Type } from 'typebox'
import type { Commit, Oid } from '../adapters/git/port.ts'
import { parseTrailers } from '../core/render/trailers.ts'
import { unknownName } from './nearest-name.ts'
import { defineOperation } from './operation.ts'
import { toMoment } from './answer-values.ts'
import { count, moment, nullable, object } from './shapes.ts'
import type { FleetLog, Workspace } from './workspace.ts'

const entryShape = object({
  at: moment,
  kind: Type.Union([
    Type.Literal('wave'),
    Type.Literal('return'),
    Type.Literal('bootstrap'),
    Type.Literal('verdict'),
    Type.Literal('other'),
  ]),
  service: nullable(Type.String()),
  version: nullable(Type.String()),
  group: nullable(Type.String()),
  wave: nullable(Type.String({ description: '`2/4`' })),
  clusters: nullable(count),
  pullRequest: nullable(count),
  initiator: nullable(Type.String()),
  commit: Type.String(),
  text: Type.String({ description: 'what the commit says' }),
})
type Entry = Static<typeof entryShape>

export const history = defineOperation({
  name: 'history',
  summary: 'What was merged into the fleet, newest first',
  input: object({
    service: Type.Optional(Type.String()),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 20 })),
  }),
  output: object({ fleetCommit: nullable(Type.String()), entries: Type.Array(entryShape) }),
  async handler(workspace, { service, limit = 20 }) {
    const fleet = await workspace.fleetLog()
    const entries: Entry[] = []
    for await (const commit of walk(fleet)) {
      entries.push(...entriesOf(commit).filter((entry) => service === undefined || entry.service === service))
      if (entries.length >= limit) break
    }
    if (service !== undefined && entries.length === 0) await requireService(workspace, service)
    return { fleetCommit: fleet.head ?? null, entries: entries.slice(0, limit) }
  },
})

/** The fleet's state is read only to tell a misspelt name from a service without history. */
async function requireService(workspace: Workspace, service: string): Promise<void> {
  const { services } = (await workspace.fleet()).state
  if (!services.includes(service)) throw unknownName('service', service, services)
}

const pageSize = 200

async function* walk(fleet: FleetLog): AsyncGenerator<Commit> {
  let from: Oid | undefined = fleet.head
  while (from !== undefined) {
    const page: readonly Commit[] = await fleet.log(from, { limit: pageSize })
    yield* page
    from = page.length < pageSize ? undefined : page.at(-1)?.parents[0]
  }
}

/** A commit is one entry, but for verdicts on several service releases: those are one entry each. */
function entriesOf(commit: Commit): readonly Entry[] {
  const [firstLine = ''] = commit.message.split('\n', 1)
  const trailers = parseTrailers(commit.message)
  const { text, pullRequest } = splitPullRequest(firstLine)
  const bootstrapped = trailers.get('Bootstrap')
  const entry: Entry = {
    at: toMoment(commit.time) ?? '',
    kind: kindOf(trailers),
    service: trailers.get('Service') ?? null,
    version: trailers.get('Release')?.split('@')[0] ?? null,
    group: trailers.get('Group') ?? null,
    wave: trailers.get('Wave') ?? null,
    clusters: bootstrapped === undefined ? clustersIn(text) : 1,
    pullRequest,
    initiator: trailers.get('Initiator') ?? null,
    commit: commit.oid,
    text,
  }
  const verdicts = commit.message.split('\n').flatMap((line) => verdictIn(line))
  if (entry.kind !== 'other' || verdicts.length === 0) return [entry]
  return verdicts.map((verdict) => ({ ...entry, kind: 'verdict' as const, ...verdict }))
}

function kindOf(trailers: ReadonlyMap<string, string>): Entry['kind'] {
  if (trailers.has('Wave')) return 'wave'
  if (trailers.has('Return')) return 'return'
  if (trailers.has('Bootstrap')) return 'bootstrap'
  return trailers.has('Verdict') ? 'verdict' : 'other'
}

/** Forges put the number of a squashed pull request at the end of its subject. */
function splitPullRequest(subject: string): { text: string; pullRequest: number | null } {
  const match = /^(.*) \(#(\d+)\)$/.exec(subject)
  return { text: match?.[1] ?? subject, pullRequest: match ? Number(match[2]) : null }
}

function clustersIn(subject: string): number | null {
  const match = /\b(\d+) clusters?\b/.exec(subject)
  return match ? Number(match[1]) : null
}

function verdictIn(line: string): readonly Pick<Entry, 'service' | 'version' | 'group' | 'text'>[] {
  const [, service, version, group] = /^(\S+) (\d\S*) (?:proven|halted) in (\S+)$/.exec(line) ?? []
  if (service === undefined || version === undefined || group === undefined) return []
  return [{ service, version, group, text: line }]
}
