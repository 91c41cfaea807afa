import type { Oid } from '../../adapters/git/port.ts'
import { createFileDiff } from '../../core/render/diff-classes.ts'
import { parseServiceHeader } from '../../core/render/release-renderer.ts'
import type { NamedRelease } from '../../core/render/renderer-of.ts'
import type { CatalogParts, FleetRepository } from '../workspace.ts'
import { batches } from './batches.ts'
import type { Findings } from './findings.ts'
import type { FleetFile } from './origins.ts'
import { parseRenderedPath, type RenderedPath } from './rendered-path.ts'
import { createRendering, type Rendering } from './render-again.ts'
import { createSources, type SourceOf } from './sources.ts'
import { readWriter, type Writer } from './writers.ts'

export interface Verifying {
  readonly fleet: FleetRepository
  readonly readAt: CatalogParts['readAt']
  readonly findings: Findings
}

export interface Verified {
  readonly equal: number
  readonly renderings: number
  readonly catalogCommits: number
}

/** Renders every file again from what the commit that brought it says, and compares object ids, which bytes decide. */
export async function verifyFiles(verifying: Verifying, files: readonly FleetFile[]): Promise<Verified> {
  const { fleet, findings } = verifying
  const writers = new Map<Oid, Writer>()
  for (const { commit } of files)
    if (!writers.has(commit)) writers.set(commit, await readWriter(fleet, commit))
  const others: Other[] = []
  const own = new Map<string, Own[]>()
  for (const file of files) {
    const parsed = parseRenderedPath(file.path)
    const writer = writers.get(file.commit)
    if (!parsed) {
      const message = 'Halyard renders no file of this path'
      findings.add({ kind: 'notWrittenByHalyard', message, path: file.path, fleetCommit: file.commit })
    } else if (writer?.kind === 'halyard') {
      const together = own.get(writer.catalogCommit)
      if (together) together.push({ ...file, parsed, writer })
      else own.set(writer.catalogCommit, [{ ...file, parsed, writer }])
    } else others.push({ ...file, parsed, why: writer?.why ?? '' })
  }
  await tellOthers(verifying, others)
  const rendering = createRendering()
  const sourceOf = createSources(verifying.readAt)
  let equal = 0
  for (const together of byTime([...own.values()]))
    for (const some of batches(together)) equal += await verifyBatch(verifying, rendering, sourceOf, some)
  return { equal, renderings: rendering.count(), catalogCommits: own.size }
}

interface Own extends FleetFile {
  readonly parsed: RenderedPath
  readonly writer: Writer & { readonly kind: 'halyard' }
}

interface Other extends FleetFile {
  readonly parsed: RenderedPath
  readonly why: string
}

/** Catalog commits in the order that they were acted on, as each is read as its difference to the last; of each, service by service. */
function byTime(groups: readonly Own[][]): readonly (readonly Own[])[] {
  const nameOf = ({ parsed }: Own): string => (parsed.kind === 'service' ? parsed.service : '')
  return groups
    .map((files) => files.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : 0)))
    .toSorted(([a], [b]) => (a?.writer.time ?? 0) - (b?.writer.time ?? 0))
}

async function verifyBatch(
  { fleet, findings }: Verifying,
  rendering: Rendering,
  sourceOf: SourceOf,
  files: readonly Own[],
): Promise<number> {
  const releases = await releasesOf(fleet, files)
  const differing: { readonly file: Own; readonly text: string }[] = []
  let equal = 0
  for (const file of files) {
    const { path, parsed, commit: fleetCommit, writer } = file
    const { catalogCommit } = writer
    const release = releases.get(file.blob) ?? writer.release
    const source = await sourceOf(writer, parsed.kind === 'service' ? release : undefined)
    const again = typeof source === 'string' ? undefined : rendering.again({ path, parsed, release }, source)
    if (again?.kind === 'rendered') {
      if (again.blob === file.blob) equal += 1
      else differing.push({ file, text: again.text })
      continue
    }
    const reason = again?.reason ?? (typeof source === 'string' ? source : '')
    const message = `it can not be rendered again: ${reason}`
    findings.add({ kind: 'unrenderable', message, path, fleetCommit, catalogCommit })
  }
  const texts = await fleet.readBlobs(differing.map(({ file }) => file.blob))
  const diff = createFileDiff()
  for (const [index, { file, text: before }] of differing.entries()) {
    const { path, parsed, commit: fleetCommit, writer } = file
    const { catalogCommit } = writer
    const message = `it is not what catalog commit ${catalogCommit.slice(0, 8)} renders`
    const shown = diff({ cluster: parsed.cluster, path, before, after: texts[index] })
    findings.add({ kind: 'differs', message, path, fleetCommit, catalogCommit, diff: shown })
  }
  return equal
}

/** By blob, what files say of themselves where their commit does not: those that a new cluster began with. */
async function releasesOf(
  fleet: FleetRepository,
  files: readonly Own[],
): Promise<ReadonlyMap<Oid, NamedRelease | undefined>> {
  const asked = files.filter(
    ({ parsed, writer }) => parsed.kind === 'service' && writer.release?.service !== parsed.service,
  )
  const blobs = [...new Set(asked.map(({ blob }) => blob))]
  const texts = await fleet.readBlobs(blobs)
  return new Map(blobs.map((blob, index) => [blob, parseServiceHeader(texts[index] ?? '')]))
}

/** What is there by other hands, as against what Halyard left there last. */
async function tellOthers({ fleet, findings }: Verifying, files: readonly Other[]): Promise<void> {
  for (const some of batches(files)) {
    const blobs = [...new Set(some.flatMap(({ blob, own }) => [blob, own ?? blob]))]
    const texts = await fleet.readBlobs(blobs)
    const textOf = new Map(blobs.map((blob, index) => [blob, texts[index]]))
    const diff = createFileDiff()
    for (const { path, parsed, blob, own, commit, why } of some) {
      const before = own === undefined ? undefined : textOf.get(own)
      const shown = diff({ cluster: parsed.cluster, path, before, after: textOf.get(blob) })
      const kind = 'commitWithoutTrailers'
      findings.add({ kind, message: why, path, fleetCommit: commit || undefined, diff: shown || undefined })
    }
  }
}
