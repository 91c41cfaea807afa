import type { Json } from '../../core/domain/cluster.ts'
import type { Finding, FindingScope } from '../../core/domain/finding.ts'
import { documentSchemas, type CatalogDocument, type DocumentKind } from './documents/kinds.ts'
import type { CatalogPath } from './layout.ts'
import { createLocator, positionOf } from './locate.ts'
import { mapDocument, type CatalogEntry } from './map-documents.ts'
import { readYaml } from './read-yaml.ts'
import { validateDocument } from './validate.ts'
import { versionProblems } from './version-problems.ts'

/** A document as far as it could be read: `entry` is undefined when `findings` say why not. */
export interface ParsedDocument {
  readonly entry: CatalogEntry | undefined
  readonly findings: readonly Finding[]
}

type DocumentPath = Extract<CatalogPath, { kind: 'document' }>
type Problem = Pick<Finding, 'field' | 'message' | 'remedy' | 'position'>

/** Reads one document: YAML, then its kind's schema, then its name against its path, then the domain. */
export function parseDocument(file: string, text: string, path: DocumentPath): ParsedDocument {
  const reading = readYaml(text)
  if (reading.kind === 'refused') {
    return refused(file, path.scope, locateOffsets(text, reading.problems))
  }
  const judgement = judge(reading.value, text, path)
  if (judgement.kind === 'invalid') {
    return refused(file, narrowScope(path.scope, reading.value), judgement.problems)
  }
  return { entry: mapDocument(judgement.document, file), findings: [] }
}

function refused(file: string, scope: FindingScope, problems: readonly Problem[]): ParsedDocument {
  return {
    entry: undefined,
    findings: problems.map((problem) => ({ severity: 'error', scope, file, ...problem })),
  }
}

/** Problems with offsets as problems with lines and columns. */
export function locateOffsets(
  text: string,
  problems: readonly (Omit<Problem, 'position'> & { readonly start: number; readonly end: number })[],
): readonly Problem[] {
  return problems.map(({ start, end, ...problem }) => ({
    ...problem,
    position: positionOf(text, start, end),
  }))
}

type Judgement =
  | { readonly kind: 'valid'; readonly document: CatalogDocument }
  | { readonly kind: 'invalid'; readonly problems: readonly Problem[] }

function judge(value: Json, text: string, path: DocumentPath): Judgement {
  const kind = kindOf(value, path.kinds)
  if (typeof kind !== 'string')
    return { kind: 'invalid', problems: [{ ...kind, position: createLocator(text).value(kind.field) }] }
  const validation = validateDocument(kind, value, (field) => createLocator(text).source(field))
  if (validation.kind === 'invalid') {
    const locator = createLocator(text)
    const problems = validation.problems.map(({ marks, ...problem }) => ({
      ...problem,
      position: locator[marks](problem.field),
    }))
    return { kind: 'invalid', problems }
  }
  const problems = [
    ...checkName(validation.document, path.name),
    ...(validation.document.kind === 'ServiceVersion' ? versionProblems(validation.document.spec) : []),
  ]
  if (problems.length === 0) return validation
  const locator = createLocator(text)
  return {
    kind: 'invalid',
    problems: problems.map((problem) => ({ ...problem, position: locator.value(problem.field) })),
  }
}

/** The document's kind, when its place allows it. */
function kindOf(value: Json, allowed: readonly DocumentKind[]): DocumentKind | Problem {
  const kind = fieldOf(value, 'kind')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { field: [], message: 'the file holds no document', remedy: `write a ${allowed.join(' or ')}` }
  }
  const known = allowed.find((candidate) => candidate === kind)
  if (known !== undefined) return known
  const elsewhere = typeof kind === 'string' && Object.hasOwn(documentSchemas, kind)
  return {
    field: ['kind'],
    message:
      kind === undefined
        ? 'kind is missing'
        : elsewhere
          ? `a ${kind} has another place than this`
          : `there is no kind ${JSON.stringify(kind).slice(0, 80)}`,
    remedy: `this file holds kind: ${allowed.join(' or kind: ')}`,
  }
}

/** What a file is called is how people find it; a name that differs would hide a document or hold it twice. */
function checkName(document: CatalogDocument, expected: string | undefined): readonly Problem[] {
  if (document.kind === 'ServiceVersion') {
    const { service, version } = document.spec
    const named = `${service}-${version}`
    if (named !== expected) {
      const field = expected?.startsWith(`${service}-`) === true ? ['spec', 'version'] : ['spec', 'service']
      const message = `this file's place stands for ${expected}, not ${named}`
      return [{ field, message, remedy: `move it to services/${service}/versions/${version}.yaml` }]
    }
  }
  const { name } = document.metadata
  if (expected === undefined || name === expected) return []
  const message = `the name ${name} is not the one of the file`
  return [{ field: ['metadata', 'name'], message, remedy: `write name: ${expected}, or rename the file` }]
}

/** An order that names its service stops only that service. */
function narrowScope(scope: FindingScope, value: Json): FindingScope {
  if (scope.kind !== 'catalog') return scope
  const service = fieldOf(fieldOf(value, 'spec'), 'service')
  return typeof service === 'string' ? { kind: 'service', name: service } : scope
}

function fieldOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return Object.hasOwn(value, name) ? (value as { readonly [key: string]: Json })[name] : undefined
}
