import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import type { Json } from '../../core/domain/cluster.ts'
import type { FieldPath } from '../../core/domain/finding.ts'
import { parseInstant } from '../../core/domain/time.ts'
import { documentSchemas, type CatalogDocument, type DocumentKind } from './documents/kinds.ts'

/** Something that breaks a schema; `marks` says whether the field's key or its value is wrong. */
export interface SchemaProblem {
  readonly field: FieldPath
  readonly message: string
  readonly remedy: string
  readonly marks: 'key' | 'value'
}

export type Validation =
  | { readonly kind: 'valid'; readonly document: CatalogDocument }
  | { readonly kind: 'invalid'; readonly problems: readonly SchemaProblem[] }

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, verbose: true })
ajv.addFormat('date-time', { type: 'string', validate: (text) => parseInstant(text) !== undefined })
const validators = new Map<DocumentKind, ValidateFunction<CatalogDocument>>()

/**
 * Checks a value against the schema of a kind.
 *
 * @param written tells how a scalar is written in the file, to show what YAML made of it
 */
export function validateDocument(
  kind: DocumentKind,
  value: Json,
  written: (field: FieldPath) => string | undefined,
): Validation {
  const validate = validatorOf(kind)
  if (validate(value)) return { kind: 'valid', document: value as unknown as CatalogDocument }
  const problems = (validate.errors ?? [])
    .filter(isCause)
    .slice(0, 20)
    .map((error) => describe(error, written))
  return { kind: 'invalid', problems: withoutDoubles(problems) }
}

function validatorOf(kind: DocumentKind): ValidateFunction<CatalogDocument> {
  const known = validators.get(kind)
  if (known !== undefined) return known
  const compiled = ajv.compile<CatalogDocument>(documentSchemas[kind])
  validators.set(kind, compiled)
  return compiled
}

/** `if` and `propertyNames` only repeat that something inside them failed. */
function isCause(error: ErrorObject): boolean {
  return error.keyword !== 'if' && error.keyword !== 'propertyNames'
}

function describe(error: ErrorObject, written: (field: FieldPath) => string | undefined): SchemaProblem {
  const field = fieldOf(error.instancePath, error)
  const expected = expectedBy(error)
  switch (error.keyword) {
    case 'required': {
      const missing = String(error.params['missingProperty'])
      return {
        field: [...field, missing],
        message: `${missing} is missing`,
        remedy: `add ${missing}`,
        marks: 'value',
      }
    }
    case 'additionalProperties':
      return describeUnknownField(field, String(error.params['additionalProperty']), knownFields(error))
    case 'false schema':
      return { field, message: 'does not belong here', remedy: 'remove it', marks: 'key' }
    case 'minProperties':
    case 'minItems':
      return {
        field,
        message: 'is empty',
        remedy: expected === undefined ? 'fill it or remove it' : `write ${expected}`,
        marks: 'value',
      }
    case 'type':
      return describeWrongType(error, field, expected, written(field))
    default: {
      const inName = error.propertyName !== undefined
      const shown = inName ? JSON.stringify(error.propertyName) : show(error.data)
      const remedy = `write ${expected ?? error.message ?? 'a valid value'}`
      return { field, message: `${shown} is not accepted here`, remedy, marks: inName ? 'key' : 'value' }
    }
  }
}

function describeUnknownField(field: FieldPath, name: string, known: readonly string[]): SchemaProblem {
  const near = known.find((candidate) => isNear(candidate, name))
  const remedy =
    near === undefined
      ? known.length === 0
        ? 'remove it'
        : `its fields are ${known.join(', ')}`
      : `did you mean ${near}?`
  return { field: [...field, name], message: `there is no field ${name} here`, remedy, marks: 'key' }
}

function describeWrongType(
  error: ErrorObject,
  field: FieldPath,
  expected: string | undefined,
  source: string | undefined,
): SchemaProblem {
  const wanted = [error.params['type']].flat().map(String)
  const isPlainScalar =
    error.data === null || typeof error.data === 'number' || typeof error.data === 'boolean'
  if (wanted.includes('string') && isPlainScalar && source !== undefined && source !== '') {
    const reading =
      String(error.data) === source ? typeName(error.data) : `${typeName(error.data)} ${show(error.data)}`
    return {
      field,
      message: `${source} is read as the ${reading}, where a text is wanted`,
      remedy: fitsPattern(error, source)
        ? `quote it: "${source}"`
        : `write ${expected ?? 'a text'}, in quotes`,
      marks: 'value',
    }
  }
  return {
    field,
    message: `${typeName(error.data)} found, where ${expected ?? wanted.map(article).join(' or ')} is wanted`,
    remedy: `write ${expected ?? wanted.map(article).join(' or ')}`,
    marks: 'value',
  }
}

function fitsPattern(error: ErrorObject, text: string): boolean {
  const pattern: unknown = (error.parentSchema as { pattern?: unknown } | undefined)?.pattern
  return typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)
}

function expectedBy(error: ErrorObject): string | undefined {
  if (error.keyword === 'enum')
    return `one of ${(error.params['allowedValues'] as readonly unknown[]).join(', ')}`
  if (error.keyword === 'const') return show(error.params['allowedValue'])
  if (error.keyword === 'uniqueItems') return 'each item once'
  const title: unknown = (error.parentSchema as { title?: unknown } | undefined)?.title
  return typeof title === 'string' ? title : undefined
}

function knownFields(error: ErrorObject): readonly string[] {
  const properties: unknown = (error.parentSchema as { properties?: unknown } | undefined)?.properties
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
}

/** A JSON pointer as a field path; steps into lists become numbers where the data says so. */
function fieldOf(pointer: string, error: ErrorObject): FieldPath {
  const steps = pointer.split('/').slice(1)
  const field = steps.map((step) => {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    return /^(0|[1-9][0-9]*)$/.test(name) ? Number(name) : name
  })
  return error.propertyName === undefined ? field : [...field, error.propertyName]
}

/** One wrong letter, one missing, one too many, or two swapped: a typing error. */
function isNear(a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1
  const [restA, restB] = [a.slice(start, a.length - end), b.slice(start, b.length - end)]
  return (
    Math.max(restA.length, restB.length) <= 1 || (restA.length === 2 && restA === `${restB[1]}${restB[0]}`)
  )
}

function withoutDoubles(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const seen = new Set<string>()
  return problems.filter((problem) => {
    const key = JSON.stringify([problem.field, problem.message, problem.remedy])
    return !seen.has(key) && seen.add(key)
  })
}

function show(value: unknown): string {
  const shown = JSON.stringify(value) ?? 'nothing'
  return shown.length > 80 ? `${shown.slice(0, 77)}…` : shown
}

function typeName(value: unknown): string {
  if (value === null) return 'empty value'
  return Array.isArray(value)
    ? 'list'
    : typeof value === 'object'
      ? 'mapping'
      : typeof value === 'string'
        ? 'text'
        : typeof value
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a mapping',
    array: 'a list',
    string: 'a text',
    integer: 'a whole number',
  }
  return names[type] ?? `a ${type}`
}
