import {
  type PackedColumns,
  packColumns,
  packNumbers,
  uint32s,
  unpackColumns,
  unpackNumbers,
} from './pack-columns.ts'
import type { Sickness } from '../../core/plan/plan-input.ts'
import type { PublishedPlan, PublishedService, SharedCatalog, StatusHead } from './port.ts'

/** The files of a published status: JSON, which people can read with `git show refs/halyard/status:status.json`. */
export const headPath = 'status.json'
export const summariesPath = 'summaries.json'
export const catalogPath = 'catalog.json'
export const clustersPath = 'clusters.json'

export function servicePath(service: string): string {
  return `services/${service}.json`
}

export function placementsPath(service: string): string {
  return `placements/${service}.json`
}

/** Raised whenever any of the files below gets another shape. */
const format = 2

interface HeadFile extends Omit<StatusHead, 'contactAt' | 'bootstrapped' | 'sickness'> {
  readonly format: number
  readonly contactAt: string
  readonly bootstrapped: string
  readonly sickness: Readonly<Record<keyof Sickness, string>>
}

export function formatHead(head: StatusHead): string {
  const contactAt = packNumbers([head.contactAt])
  const bootstrapped = packNumbers([head.bootstrapped])
  const { placed, unwell, sick } = head.sickness
  const sickness = {
    placed: packNumbers([placed]),
    unwell: packNumbers([unwell]),
    sick: packNumbers([sick]),
  }
  const file: HeadFile = { format, ...head, contactAt, bootstrapped, sickness }
  return `${JSON.stringify(file)}\n`
}

/** Undefined: another version of Halyard wrote it, or it is damaged. */
export function parseHead(text: string): StatusHead | undefined {
  return readable(() => {
    const { format: found, contactAt, bootstrapped, sickness, ...rest } = JSON.parse(text) as HeadFile
    if (found !== format) return undefined
    const { catalogCommit, fleetCommit, summaryShape } = rest
    return {
      ...rest,
      // What an earlier controller published has none.
      edits: rest.edits ?? [],
      notices: rest.notices ?? [],
      emptyings: rest.emptyings ?? [],
      catalogCommit,
      fleetCommit,
      summaryShape,
      contactAt: uint32s(unpackNumbers(contactAt)),
      bootstrapped: unpackNumbers(bootstrapped),
      sickness: {
        placed: new Uint16Array(unpackNumbers(sickness.placed).buffer),
        unwell: new Uint16Array(unpackNumbers(sickness.unwell).buffer),
        sick: unpackNumbers(sickness.sick),
      },
    }
  })
}

interface CatalogFile extends Omit<SharedCatalog, 'chartRepositories' | 'sourceRepositories'> {
  readonly chartRepositories: readonly (readonly [string, unknown])[]
  readonly sourceRepositories: readonly (readonly [string, unknown])[]
}

/** The shared catalog without its clusters, which change by themselves and are many. */
export function formatCatalog(catalog: SharedCatalog): string {
  const file: CatalogFile = {
    ...catalog,
    clusters: [],
    chartRepositories: [...catalog.chartRepositories],
    sourceRepositories: [...catalog.sourceRepositories],
  }
  return `${JSON.stringify(file)}\n`
}

export function parseCatalog(catalogText: string, clustersText: string): SharedCatalog {
  const file = JSON.parse(catalogText) as CatalogFile
  return {
    ...file,
    clusters: JSON.parse(clustersText) as SharedCatalog['clusters'],
    chartRepositories: new Map(file.chartRepositories) as SharedCatalog['chartRepositories'],
    sourceRepositories: new Map(file.sourceRepositories) as SharedCatalog['sourceRepositories'],
  }
}

type ServiceFile = Pick<PublishedService, 'service' | 'targetsLine' | 'versions'>

/** What the catalog says of a service, apart from its placements: it changes much less often. */
export function formatService({ service, targetsLine, versions }: ServiceFile): string {
  const file: ServiceFile = { service, targetsLine, versions }
  return `${JSON.stringify(file)}\n`
}

interface PlacementsFile extends Pick<PublishedService, 'rollouts' | 'frozenBy' | 'neighbours' | 'summary'> {
  readonly columns: PackedColumns
  readonly frozenOn: readonly (readonly [string, string])[]
  readonly plan: PublishedPlan
}

export function formatPlacements(content: PublishedService): string {
  const { desired, observed, rollouts, plan, frozenBy, frozenOn, neighbours, summary } = content
  const file: PlacementsFile = {
    columns: packColumns(desired, observed),
    rollouts,
    plan,
    frozenBy,
    frozenOn: [...frozenOn],
    neighbours,
    summary,
  }
  return `${JSON.stringify(file)}\n`
}

/** Undefined: one of the files is damaged. */
export function parseService(serviceText: string, placementsText: string): PublishedService | undefined {
  return readable(() => {
    const { service, targetsLine, versions } = JSON.parse(serviceText) as ServiceFile
    const { columns, frozenOn, frozenBy, ...rest } = JSON.parse(placementsText) as PlacementsFile
    return {
      service,
      targetsLine,
      versions,
      ...rest,
      frozenBy,
      frozenOn: new Map(frozenOn),
      ...unpackColumns(columns),
    }
  })
}

export function parseColumns(placementsText: string): ReturnType<typeof unpackColumns> | undefined {
  return readable(() => unpackColumns((JSON.parse(placementsText) as PlacementsFile).columns))
}

function readable<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error) return undefined
    throw error
  }
}
