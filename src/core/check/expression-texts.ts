import type { Json } from '../domain/cluster.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'
import { type CompiledValues, type CompileResult, compileValues } from '../expressions/compile-values.ts'
import { isList } from '../expressions/json-tree.ts'
import { splitTemplate } from '../expressions/split-template.ts'
import type { ExpressionError } from '../expressions/types.ts'

/** A text of a version that holds expressions. */
export interface ExpressionText {
  readonly field: FieldPath
  readonly compiled: CompiledValues
}

/** `isText`: the text stays text, whatever its expression gives. */
export type Compiler = (text: string, isText: boolean) => CompileResult

/** Compiles each text once: versions of a service mostly repeat the texts of the one before. */
export function createCompiler(): Compiler {
  const known = { values: new Map<string, CompileResult>(), texts: new Map<string, CompileResult>() }
  return (text, isText) => {
    const results = isText ? known.texts : known.values
    const result = results.get(text) ?? compileValues({ text }, () => isText)
    results.set(text, result)
    return result
  }
}

/** What does not compile in a version, whatever the cluster. */
export function compileFaults(version: ServiceVersion, compile: Compiler): readonly Finding[] {
  return textsOfVersion(version).flatMap(([field, text]) => {
    const result = compile(text, isTextField(version, field))
    return result.kind === 'errors' ? result.errors.map((error) => findingOf(version, field, error)) : []
  })
}

/** The texts of a version that compile and whose outcome depends on the cluster. */
export function compiledTexts(version: ServiceVersion, compile: Compiler): readonly ExpressionText[] {
  return textsOfVersion(version).flatMap(([field, text]) => {
    const result = compile(text, isTextField(version, field))
    return result.kind === 'errors' || isAlwaysThere(text) ? [] : [{ field, compiled: result.values }]
  })
}

/** Helm values keep the type of an expression's result; variables of a kustomize payload are texts. */
function isTextField({ payload }: ServiceVersion, field: FieldPath): boolean {
  return payload.kind === 'kustomize' || field[1] !== 'values'
}

const alwaysThere = /^\s*(cluster\.(name|group)|service\.(name|namespace|owner)|version)\s*$/

/** Names differ on each cluster, but nothing can go wrong where a text only inserts them. */
function isAlwaysThere(text: string): boolean {
  const split = splitTemplate(text)
  return (
    split.kind === 'parts' &&
    split.parts.every((part) => part.kind === 'text' || alwaysThere.test(part.source))
  )
}

function textsOfVersion({
  values,
  secrets,
  patches,
  payload,
}: ServiceVersion): readonly (readonly [FieldPath, string])[] {
  return [
    ...textsOf(values, ['spec', 'values']),
    ...secrets.flatMap(({ path }, index) => textsOf(path, ['spec', 'secrets', index, 'path'])),
    ...textsOf(patches, ['spec', 'patches']),
    ...(payload.kind === 'kustomize' ? textsOf(payload.kustomize.path, ['spec', 'kustomize', 'path']) : []),
  ]
}

/** All texts with `${`, in the order of the document. */
function textsOf(value: Json, field: FieldPath): readonly (readonly [FieldPath, string])[] {
  if (typeof value === 'string') return value.includes('${') ? [[field, value]] : []
  if (typeof value !== 'object' || value === null) return []
  return isList(value)
    ? value.flatMap((item, index) => textsOf(item, [...field, index]))
    : Object.entries(value).flatMap(([key, item]) => textsOf(item, [...field, key]))
}

/** An error of one expression as a finding that marks the expression inside its text. */
export function findingOf(
  { service, file }: ServiceVersion,
  field: FieldPath,
  { offset, length, message, remedy }: Pick<ExpressionError, 'offset' | 'length' | 'message' | 'remedy'>,
): Finding {
  return {
    severity: 'error',
    scope: { kind: 'service', name: service },
    file,
    field,
    within: { offset, length },
    message,
    remedy,
  }
}
