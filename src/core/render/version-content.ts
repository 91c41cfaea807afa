import type { JsonObject } from '../domain/cluster.ts'
import type { SecretReference, ServiceVersion } from '../domain/service-version.ts'
import { compileValues } from '../expressions/compile-values.ts'
import { isList, isObject } from '../expressions/json-tree.ts'
import type { ExpressionContext, ExpressionError, ReadPath } from '../expressions/types.ts'

/** What a version says on one cluster, its expressions computed. */
export interface VersionContent {
  readonly values: JsonObject
  readonly secrets: readonly SecretReference[]
  readonly patches: readonly JsonObject[]
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
export function compileContent({ values, secrets, patches }: ServiceVersion): CompiledContent {
  const paths = secrets.map(({ path }) => ({ path }))
  const compiled = compileValues({ values, secrets: paths, patches }, ([field]) => field !== 'values')
  if (compiled.kind === 'errors') return compiled
  return {
    kind: 'compiled',
    reads: compiled.values.reads,
    evaluate(context) {
      const outcome = compiled.values.evaluate(context)
      return outcome.kind === 'errors'
        ? outcome
        : { kind: 'content', content: contentOf(outcome.value, secrets) }
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
  }
}

function objectsOf(computed: JsonObject, field: string): readonly JsonObject[] {
  const list = computed[field]
  return typeof list === 'object' && list !== null && isList(list) ? list.filter(isObject) : []
}
