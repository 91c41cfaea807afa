import { compareBuild } from 'semver'
import { compareFindings } from '../../core/check/format-findings.ts'
import { noHistory } from '../../core/check/history.ts'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Finding, SourcePosition } from '../../core/domain/finding.ts'
import type { Service } from '../../core/domain/service.ts'
import type { ServiceVersion } from '../../core/domain/service-version.ts'
import type { Settings } from '../../core/domain/settings.ts'
import type { ObjectTemplates } from '../../core/domain/templates.ts'
import { classifyPath } from './layout.ts'
import { createLocator } from './locate.ts'
import type { CatalogEntry } from './map-documents.ts'
import type { CatalogSnapshot } from './port.ts'
import type { ParsedFile, Sections } from './sections.ts'
import { overrideTemplates } from './templates.ts'

type Section = ReadonlyMap<string, ParsedFile>
type Assembler = (commit: string, sections: Sections) => CatalogSnapshot

const emptySection: Section = new Map()
const servicePrefix = 'services/'

/**
 * Puts snapshots together, working anew only on sections that it did not see before. Parts of the catalog that
 * did not change stay the same values, so that what is computed from them can be kept too.
 */
export function createAssembler(defaultTemplates: ObjectTemplates): Assembler {
  const settingsOf = memoize((section) => valuesOf(section, 'settings')[0] ?? unknownSettings)
  const clustersOf = memoize((section) => sortByName(valuesOf(section, 'cluster')))
  const groupsOf = memoize((section) => sortByName(valuesOf(section, 'group')))
  const chartRepositoriesOf = memoize((section) => {
    return new Map(
      sortByName(valuesOf(section, 'chartRepository')).map((repository) => [repository.name, repository]),
    )
  })
  const sourceRepositoriesOf = memoize((section) => {
    return new Map(
      sortByName(valuesOf(section, 'sourceRepository')).map((repository) => [repository.name, repository]),
    )
  })
  const directivesOf = memoize((section) => sortByName(valuesOf(section, 'directive')))
  const templatesOf = memoize((section) => readTemplates(defaultTemplates, section))
  const versionsOf = memoize((section) => valuesOf(section, 'version').toSorted(compareVersions))
  const findingsOf = memoize((section) => [...section.values()].flatMap(({ findings }) => findings))
  const keepServices = keepEqual<Service>()
  const keepVersions = keepEqual<readonly ServiceVersion[]>()

  return (commit, sections) => {
    const section = (name: string): Section => sections.get(name) ?? emptySection
    const services = serviceSections(sections)
    const catalog: Catalog = {
      commit,
      settings: settingsOf(section('settings')),
      clusters: clustersOf(section('clusters')),
      groups: groupsOf(section('deployment-groups')),
      chartRepositories: chartRepositoriesOf(section('chart-repositories')),
      sourceRepositories: sourceRepositoriesOf(section('source-repositories')),
      services: keepServices(new Map(services.flatMap(([name, files]) => serviceEntry(name, files)))),
      versions: keepVersions(new Map(services.map(([name, files]) => [name, versionsOf(files)]))),
      directives: directivesOf(section('directives')),
      templates: templatesOf(section('templates')),
    }
    const found = [...sections.values()].flatMap(findingsOf)
    const findings = sections.has('settings') ? found : [missingSettings, ...found]
    return {
      catalog,
      findings: findings.toSorted(compareFindings),
      history: noHistory,
      textOf: (path) => textOf(sections, path),
      locate: (others) => locateAll((path) => textOf(sections, path), others),
    }
  }
}

function textOf(sections: Sections, path: string): string | undefined {
  const place = classifyPath(path)
  return place.kind === 'other' ? undefined : sections.get(place.section)?.get(path)?.text
}

/** What stands in for settings that could not be read; the finding about them stops everything. */
const unknownSettings: Settings = {
  fleet: { url: '', branch: 'main', secretRef: undefined },
  silentAfter: 600,
  health: {
    blackout: { kind: 'percent', percent: 20 },
    sick: { kind: 'percent', percent: 50 },
    sickLeast: 2,
  },
  pullRequests: { maxClusters: 250 },
  changeBudgets: [],
  secretsNamespace: 'external-secrets',
  file: 'halyard.yaml',
}

const missingSettings: Finding = {
  severity: 'error',
  scope: { kind: 'catalog' },
  file: 'halyard.yaml',
  field: [],
  message: 'the catalog has no settings',
  remedy: 'add halyard.yaml with kind: Settings',
}

function readTemplates(defaults: ObjectTemplates, section: Section): ObjectTemplates {
  const own = [...section.values()].flatMap(({ template, text }) =>
    template === undefined ? [] : [{ ...template, text }],
  )
  return overrideTemplates(defaults, new Map(own.map(({ name, text, object }) => [name, { text, object }])))
}

function serviceSections(sections: Sections): readonly (readonly [string, Section])[] {
  return [...sections]
    .filter(([name]) => name.startsWith(servicePrefix))
    .map(([name, files]) => [name.slice(servicePrefix.length), files] as const)
    .toSorted(([a], [b]) => compareText(a, b))
}

function serviceEntry(name: string, files: Section): readonly [string, Service][] {
  const entry = files.get(`${servicePrefix}${name}/service.yaml`)?.entry
  return entry?.kind === 'service' ? [[name, entry.value]] : []
}

type ValueOf<Kind extends CatalogEntry['kind']> = Extract<CatalogEntry, { kind: Kind }>['value']

function valuesOf<Kind extends CatalogEntry['kind']>(section: Section, kind: Kind): readonly ValueOf<Kind>[] {
  return [...section.values()].flatMap(({ entry }) =>
    entry?.kind === kind ? [entry.value as ValueOf<Kind>] : [],
  )
}

function memoize<Result>(build: (section: Section) => Result): (section: Section) => Result {
  const known = new WeakMap<Section, { readonly result: Result }>()
  return (section) => {
    const kept = known.get(section) ?? { result: build(section) }
    known.set(section, kept)
    return kept.result
  }
}

/** Gives the previous map again when the next one holds the same values in the same order. */
function keepEqual<Value>(): (next: ReadonlyMap<string, Value>) => ReadonlyMap<string, Value> {
  let kept: ReadonlyMap<string, Value> = new Map()
  return (next) => {
    const isSame = kept.size === next.size && [...next].every(([name, value]) => kept.get(name) === value)
    if (!isSame) kept = next
    return kept
  }
}

function sortByName<Named extends { readonly name: string }>(values: readonly Named[]): readonly Named[] {
  return values.toSorted((a, b) => compareText(a.name, b.name))
}

function compareVersions(a: ServiceVersion, b: ServiceVersion): number {
  return compareBuild(a.version, b.version)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Each file is parsed again at most once, and only when it has a finding. */
function locateAll(
  textOfFile: (path: string) => string | undefined,
  findings: readonly Finding[],
): readonly Finding[] {
  const locators = new Map<string, ReturnType<typeof createLocator>>()
  return findings.map(({ within, hidesValue, ...finding }) => {
    const text = textOfFile(finding.file)
    if (finding.position !== undefined || text === undefined) return finding
    const locator = locators.get(finding.file) ?? createLocator(text)
    locators.set(finding.file, locator)
    const { field } = finding
    const position = within ? locator.part(field, within) : locator.value(field)
    return { ...finding, position: hidesValue ? hideValue(position) : position }
  })
}

/** Only the first key of the line: a flow mapping may hold more than one secret. */
function hideValue({ text, ...position }: SourcePosition): SourcePosition {
  const key = /^\s*(?:- +)*["']?[\w./-]+["']?:/.exec(text)?.[0] ?? ''
  return { ...position, length: 1, text: `${key} …` }
}
