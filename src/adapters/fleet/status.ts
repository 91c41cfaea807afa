import { recordObserved } from '../../core/plan/recorded-columns.ts'
import type { GitClone, Oid, TreeChange } from '../git/port.ts'
import type {
  PublishedService,
  PublishedStatus,
  ServiceStanding,
  SharedCatalog,
  StatusDocument,
} from './port.ts'
import {
  catalogPath,
  clustersPath,
  formatCatalog,
  formatHead,
  formatPlacements,
  formatService,
  headPath,
  parseCatalog,
  parseColumns,
  parseHead,
  parseService,
  placementsPath,
  servicePath,
  summariesPath,
} from './status-files.ts'
import { author, PushRejectedError } from './write.ts'

const ref = 'refs/halyard/status'
const attempts = 5
/** Services written at a time, so that the first publication does not hold all of them in memory. */
const batch = 50

export interface StatusWriter {
  publish(status: StatusDocument): Promise<void>
}

/** A file that was written for these values. */
interface Written {
  readonly of: readonly unknown[]
  readonly blob: Oid
}

/** What is known of a service that was published. */
interface WrittenService {
  readonly of: readonly unknown[]
  readonly service: Written
  readonly placements: Oid
  /** Its summary as JSON. */
  readonly summary: string
}

/**
 * Publishes the status as the only commit of its ref, one file or two for each service: whoever asks about one service
 * reads only that. What was written for the same values is not even put together again.
 */
export function createStatusWriter(clone: GitClone): StatusWriter {
  let services = new Map<string, WrittenService>()
  let shared = new Map<string, Written>()

  const writeShared = async (path: string, of: readonly unknown[], text: () => string): Promise<Written> => {
    const known = shared.get(path)
    if (known && isSame(known.of, of)) return known
    const [blob = ''] = await clone.writeBlobs([text()])
    return { of, blob }
  }
  const write = async ({ catalog, services: standings, ...head }: StatusDocument): Promise<Oid> => {
    const { clusters, ...rest } = catalog
    const nextShared = new Map([
      [catalogPath, await writeShared(catalogPath, Object.values(rest), () => formatCatalog(catalog))],
      [clustersPath, await writeShared(clustersPath, [clusters], () => `${JSON.stringify(clusters)}\n`)],
    ])
    const nextServices = new Map<string, WrittenService>()
    for (let start = 0; start < standings.length; start += batch) {
      const some = standings.slice(start, start + batch)
      for (const [name, written] of await writeServices(clone, some, services))
        nextServices.set(name, written)
    }
    const summaries = [...nextServices.values()].map(({ summary }) => summary)
    const changes: TreeChange[] = [
      { path: headPath, text: formatHead(head) },
      { path: summariesPath, text: `[${summaries.join(',\n')}]\n` },
      ...[...nextShared].map(([path, { blob }]) => ({ path, blob })),
      ...[...nextServices].flatMap(([name, { service, placements }]) => [
        { path: servicePath(name), blob: service.blob },
        { path: placementsPath(name), blob: placements },
      ]),
    ]
    const message = 'Replace the published status'
    const draft = { parent: undefined, changes, message, author, time: head.publishedAt }
    const [to = ''] = await clone.writeCommits([draft])
    services = nextServices
    shared = nextShared
    return to
  }
  const forget = (): void => {
    services = new Map()
    shared = new Map()
  }

  return {
    async publish(status) {
      try {
        await push(clone, await write(status))
      } catch (error) {
        // Whatever it was, nothing that was written before need still be there.
        forget()
        throw error
      }
    },
  }
}

/** Replaces the ref, whoever wrote it. */
async function push(clone: GitClone, to: Oid): Promise<void> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const expected = await clone.resolve(ref)
    if (expected === to) return
    const outcome = await clone.push([{ ref, expected, to }])
    if (outcome.kind === 'pushed') return
    if (outcome.kind === 'rejected') throw new PushRejectedError(ref, outcome.reason)
    await clone.fetch([ref])
  }
  throw new Error(`${ref} moved at each of ${attempts} tries to replace it`)
}

async function writeServices(
  clone: GitClone,
  standings: readonly ServiceStanding[],
  known: ReadonlyMap<string, WrittenService>,
): Promise<readonly (readonly [string, WrittenService])[]> {
  const isKept = ({ name, of }: ServiceStanding): boolean => isSame(known.get(name)?.of, of)
  const changed = new Map(
    standings.filter((standing) => !isKept(standing)).map(({ name, read }) => [name, read()]),
  )
  // The catalog's word on a service mostly is the same while its placements move.
  const said = (name: string, { service, versions, targetsLine }: PublishedService): Written | undefined => {
    const before = known.get(name)?.service
    return before && isSame(before.of, [service, versions, targetsLine]) ? before : undefined
  }
  const anew = [...changed].filter(([name, content]) => !said(name, content))
  const blobs = await clone.writeBlobs([
    ...anew.map(([, content]) => formatService(content)),
    ...[...changed.values()].map(formatPlacements),
  ])
  const serviceBlobs = new Map(anew.map(([name], at) => [name, blobs[at] ?? '']))
  const placements = new Map([...changed.keys()].map((name, at) => [name, blobs[anew.length + at] ?? '']))
  return standings.flatMap(({ name, of }) => {
    const content = changed.get(name)
    const before = known.get(name)
    if (content === undefined) return before ? [[name, before] as const] : []
    const { service, versions, targetsLine } = content
    const written: WrittenService = {
      of,
      service: said(name, content) ?? {
        of: [service, versions, targetsLine],
        blob: serviceBlobs.get(name) ?? '',
      },
      placements: placements.get(name) ?? '',
      summary: JSON.stringify(content.summary ?? null),
    }
    return [[name, written] as const]
  })
}

function isSame(one: readonly unknown[] | undefined, other: readonly unknown[]): boolean {
  return one?.length === other.length && one.every((value, at) => Object.is(value, other[at]))
}

/** What is published; undefined: nothing, or nothing that this version can read. */
export async function readStatus(clone: GitClone): Promise<PublishedStatus | undefined> {
  await clone.fetch([ref])
  const commit = await clone.resolve(ref)
  if (commit === undefined) return undefined
  const blobs = new Map((await clone.tree(commit)).map(({ path, oid }) => [path, oid]))
  /** Texts of files in order; undefined: there is no such file. */
  const read = async (paths: readonly string[]): Promise<readonly (string | undefined)[]> => {
    const present = paths.filter((path) => blobs.has(path))
    const texts = await clone.readBlobs(present.map((path) => blobs.get(path) ?? ''))
    const found = new Map(present.map((path, at) => [path, texts[at]]))
    return paths.map((path) => found.get(path))
  }
  const [headText = ''] = await read([headPath])
  const head = parseHead(headText)
  if (head === undefined) return undefined
  return {
    ...head,
    async summaries() {
      const [text = '[]'] = await read([summariesPath])
      return JSON.parse(text) as readonly unknown[]
    },
    async catalog(): Promise<SharedCatalog> {
      const [catalog = '', clusters = ''] = await read([catalogPath, clustersPath])
      return parseCatalog(catalog, clusters)
    },
    async services(names) {
      const texts = await read(names.flatMap((name) => [servicePath(name), placementsPath(name)]))
      return names.map((_, at) => {
        const [service, placements] = [texts[2 * at], texts[2 * at + 1]]
        return service === undefined || placements === undefined
          ? undefined
          : parseService(service, placements)
      })
    },
    async recorded() {
      const prefix = placementsPath('').slice(0, -'.json'.length)
      const paths = [...blobs.keys()].filter((path) => path.startsWith(prefix))
      const texts = await read(paths)
      const byPath = new Map(paths.map((path, at) => [path, texts[at]]))
      return (service) => {
        const columns = parseColumns(byPath.get(placementsPath(service)) ?? '')
        return columns && recordObserved(columns.observed, columns.desired)
      }
    },
  }
}
