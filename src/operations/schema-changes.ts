/**
 * What a reader of answers that follow `before` would stumble over in answers that follow `after`; empty: nothing.
 * Readers ignore fields that they do not know, so more fields are no trouble; fewer fields, and values that could not
 * be there before, are. Each entry begins with the path of the field, as in `services[].waitsFor[].since`.
 */
export function incompatibleChanges(before: JsonSchema, after: JsonSchema, path = ''): readonly string[] {
  const was = alternativesOf(before)
  return alternativesOf(after).flatMap((alternative) => {
    const troubles = was.map((known) => compare(known, alternative, path))
    return troubles.some(({ length }) => length === 0) ? [] : fewest(troubles)
  })
}

/** The parts of JSON Schema that answers are described with. */
export interface JsonSchema {
  readonly anyOf?: readonly JsonSchema[]
  readonly const?: unknown
  readonly type?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly patternProperties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
}

function alternativesOf(schema: JsonSchema): readonly JsonSchema[] {
  return schema.anyOf?.flatMap(alternativesOf) ?? [schema]
}

function compare(before: JsonSchema, after: JsonSchema, path: string): readonly string[] {
  const at = path === '' ? 'the answer' : path
  if ('const' in before && before.const !== after.const)
    return [`${at}: was always ${JSON.stringify(before.const)}, now ${describe(after)}`]
  if (!isSameType(before.type, after.type)) return [`${at}: was ${describe(before)}, now ${describe(after)}`]
  if (before.type === 'object') return compareObjects(before, after, path)
  if (before.type === 'array') return incompatibleChanges(before.items ?? {}, after.items ?? {}, `${path}[]`)
  return (['pattern', 'minimum', 'maximum'] as const)
    .filter((rule) => before[rule] !== undefined && before[rule] !== after[rule])
    .map((rule) => `${at}: ${rule} was ${before[rule]}, now ${after[rule] ?? 'none'}`)
}

function compareObjects(before: JsonSchema, after: JsonSchema, path: string): readonly string[] {
  const [was, is] = [before.properties ?? {}, after.properties ?? {}]
  const [wasRequired, isRequired] = [new Set(before.required), new Set(after.required)]
  const patterns = [before, after].map(({ patternProperties = {} }) => JSON.stringify(patternProperties))
  const lost = Object.entries(was).flatMap(([name, schema]) => {
    const field = path === '' ? name : `${path}.${name}`
    const now = is[name]
    if (now === undefined) return [`${field}: is not there any more`]
    const isLoose = wasRequired.has(name) && !isRequired.has(name)
    return [
      ...(isLoose ? [`${field}: was always there, now it may be absent`] : []),
      ...incompatibleChanges(schema, now, field),
    ]
  })
  return patterns[0] === patterns[1] ? lost : [...lost, `${path}: its entries follow another schema`]
}

/** A whole number is a number. */
function isSameType(before: string | undefined, after: string | undefined): boolean {
  return before === undefined || before === after || (before === 'number' && after === 'integer')
}

function describe(schema: JsonSchema): string {
  return 'const' in schema ? JSON.stringify(schema.const) : (schema.type ?? 'any value')
}

function fewest(troubles: readonly (readonly string[])[]): readonly string[] {
  return troubles.reduce((best, each) => (each.length < best.length ? each : best))
}
