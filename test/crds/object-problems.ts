import { readdirSync, readFileSync } from 'node:fs'
import { Environment } from '@marcbachmann/cel-js'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Json, JsonObject } from '../../src/core/domain/cluster.ts'
import { isList, isObject } from '../../src/core/expressions/json-tree.ts'
import { coreSchemas, metadataSchema } from './core-schemas.ts'

/** What an API server would refuse of an object, with strict field validation; empty: it takes it. */
export function objectProblems(object: JsonObject): readonly string[] {
  const { apiVersion, kind } = object
  const validate = validators.get(idOf(apiVersion, kind))
  if (validate === undefined) return [`there is no schema of ${idOf(apiVersion, kind)}`]
  // Defaults are filled in, as an API server does before it validates.
  return validate(structuredClone(object))
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      )
}

/** CRDs are structural: patterns are Go's, formats are widths of numbers. */
const ajv = new Ajv({
  allErrors: true,
  strict: false,
  unicodeRegExp: false,
  useDefaults: true,
  validateFormats: false,
})
const cel = new Environment().registerVariable('self', 'dyn')
ajv.addKeyword({
  keyword: 'x-kubernetes-validations',
  compile(rules: readonly { readonly rule: string }[]) {
    const parsed = rules.map(({ rule }) => cel.parse(rule))
    return (self: unknown) => parsed.every((holds) => holds({ self }) === true)
  },
})

const validators = loadValidators()

function loadValidators(): ReadonlyMap<string, ValidateFunction> {
  const files = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'))
  const custom = files.map((name) => {
    const { apiVersion, kind, schema } = JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as {
      readonly apiVersion: string
      readonly kind: string
      readonly schema: JsonObject
    }
    return { apiVersion, kind, schema }
  })
  return new Map(
    [...custom, ...coreSchemas].map(({ apiVersion, kind, schema }) => [
      idOf(apiVersion, kind),
      ajv.compile(closeRoot(apiVersion, kind, schema)),
    ]),
  )
}

function idOf(apiVersion: Json | undefined, kind: Json | undefined): string {
  return `${JSON.stringify(apiVersion)} ${JSON.stringify(kind)}`
}

function closeRoot(apiVersion: string, kind: string, schema: JsonObject): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  return close({
    ...schema,
    properties: {
      ...properties,
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: metadataSchema,
    },
    required: [
      ...requiredOf(schema),
      'apiVersion',
      'kind',
      'metadata',
      ...('spec' in properties ? ['spec'] : []),
    ],
  })
}

function requiredOf({ required }: JsonObject): readonly Json[] {
  return typeof required === 'object' && required !== null && isList(required) ? required : []
}

/** Objects with named fields take no others, as strict field validation has it. */
function close(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => [key, closeIn(key, value)])
  const closed = Object.fromEntries(entries)
  const isOpen =
    schema['properties'] === undefined ||
    schema['additionalProperties'] !== undefined ||
    schema['x-kubernetes-preserve-unknown-fields'] === true
  return isOpen ? closed : { ...closed, additionalProperties: false }
}

function closeIn(key: string, value: Json): Json {
  if (!isObject(value)) return value
  if (key === 'items' || key === 'additionalProperties') return close(value)
  if (key !== 'properties') return value
  const fields = Object.entries(value).map(([name, field]): [string, Json] => [
    name,
    isObject(field) ? close(field) : field,
  ])
  return Object.fromEntries(fields)
}
