import type { JsonObject } from '../domain/cluster.ts'
import type { SecretReference, ServiceVersion } from '../domain/service-version.ts'
import { compileValues } from '../expressions/compile-values.ts'
import { isObject, listOf } from '../expressions/json-tree.ts'
import { folderPath } from './folder-path.ts'
import { badVariables } from './substitutions.ts'
import type { ExpressionContext, ExpressionError, ReadPath } from '../expressions/types.ts'

/** What a version says on one cluster, its expressions computed. */
export interface VersionContent {
  readonly values: JsonObject
  readonly secrets: readonly SecretReference[]
  readonly patches: readonly JsonObject[]
  /** The folder that is built; of a chart empty. */
  readonly path: string
}

export type ContentOutcome =
  | { readonly kind: 'content'; readonly content: VersionContent }
  | { readonly kind: 'errors'; readonly errors: readonly ExpressionError[] }

export type CompiledContent =
  | {
      readonly kind: 'compiled'
      /** Everything that the version's expressions read. */
      readonly reads: readonly ReadPath[]
      evaluate(context: ExpressionContext): ContentOutcome
    }
  | { readonly kind: 'errors'; readonly errors: readonly ExpressionError[] }

/** Compiles all expressions of a version. Paths of errors begin at the version's `spec`. */
export function compileContent({ values, secrets, patches, payload }: ServiceVersion): CompiledContent {
  const paths = secrets.map(({ path }) => ({ path }))
  const isChart = payload.kind === 'chart'
  const folder = isChart ? {} : { kustomize: { path: payload.kustomize.path } }
  const compiled = compileValues(
    { values, secrets: paths, patches, ...folder },
    // Variables of a kustomize payload are texts, whatever an expression gives.
    ([field]) => !isChart || field !== 'values',
  )
  if (compiled.kind === 'errors') return compiled
  return {
    kind: 'compiled',
    reads: compiled.values.reads,
    evaluate(context) {
      const outcome = compiled.values.evaluate(context)
      if (outcome.kind === 'errors') return outcome
      const content = contentOf(outcome.value, secrets)
      const errors = isChart ? [] : kustomizeErrors(content)
      return errors.length > 0 ? { kind: 'errors', errors } : { kind: 'content', content }
    },
  }
}

function contentOf(computed: JsonObject, secrets: readonly SecretReference[]): VersionContent {
  const { values } = computed
  const computedSecrets = objectsOf(computed, 'secrets')
  return {
    values: isObject(values) ? values : {},
    secrets: secrets.map((secret, index) => {
      const path = computedSecrets[index]?.['path']
      return typeof path === 'string' ? { ...secret, path } : secret
    }),
    patches: objectsOf(computed, 'patches'),
    path: pathOf(computed),
  }
}

function pathOf({ kustomize }: JsonObject): string {
  const path = isObject(kustomize) ? kustomize['path'] : undefined
  return typeof path === 'string' ? path : ''
}

/** What expressions gave that Flux would not take, or not as it was meant. */
function kustomizeErrors({ values, path }: VersionContent): readonly ExpressionError[] {
  const whole = { expression: '', offset: 0, length: 0 }
  const folder =
    folderPath(path) === undefined
      ? [
          {
            ...whole,
            path: ['kustomize', 'path'],
            message: `${JSON.stringify(path)} is no folder below the root of the source`,
            remedy: 'let the expression give a relative path without ..',
          },
        ]
      : []
  return [...badVariables(values).map((problem) => ({ ...whole, ...problem })), ...folder]
}

function objectsOf(computed: JsonObject, field: string): readonly JsonObject[] {
  return listOf(computed[field]).filter(isObject)
}
