import type { Json, JsonObject } from '../domain/cluster.ts'
import type { SecretReference } from '../domain/service-version.ts'
import { isObject } from '../expressions/json-tree.ts'

/** A secret reference with the key that its value has in the Secret of the service. */
export interface KeyedSecret extends SecretReference {
  readonly secretKey: string
}

/** The keys that secrets have in the Secret of a kustomize payload, where Flux reads them as variables of that name. */
export function keyVariables(secrets: readonly SecretReference[]): readonly KeyedSecret[] {
  return secrets.flatMap((secret) =>
    secret.target === undefined ? [] : [{ ...secret, secretKey: secret.target }],
  )
}

/** Fragments first, then single keys, as helm-controller merges them; within both the document's order. */
export function keySecrets(secrets: readonly SecretReference[]): readonly KeyedSecret[] {
  const fragments = secrets.filter(({ target }) => target === undefined)
  return [
    ...fragments.map((secret, index) => ({ ...secret, secretKey: `fragment-${index + 1}.yaml` })),
    ...secrets.flatMap((secret) =>
      secret.target === undefined ? [] : [{ ...secret, secretKey: `key-${secret.target}` }],
    ),
  ]
}

/**
 * The HelmRelease's `valuesFrom`. helm-controller merges the list in its order, then the inline values, but sets a
 * `targetPath` over both (docs/spec/v2/helmreleases.md, Values references). `literal` takes a value as it is:
 * without it a password with a comma or of digits only would be read as `helm --set` reads it.
 */
export function valuesFrom(secretName: string, secrets: readonly SecretReference[]): readonly JsonObject[] {
  return keySecrets(secrets).map(({ secretKey, target }) => ({
    kind: 'Secret',
    name: secretName,
    valuesKey: secretKey,
    ...(target === undefined ? {} : { targetPath: target, literal: true }),
  }))
}

/**
 * The inline values without what single keys set. helm-controller merges the inline values once more at the end
 * (fluxcd/pkg chartutil v1.27.2, ChartValuesFromReferences): one that stood at or above a `targetPath` would win
 * over the secret that its documentation lets win.
 */
export function valuesBeneath(values: JsonObject, secrets: readonly SecretReference[]): JsonObject {
  return secrets.reduce(
    (rest, { target }) => (target === undefined ? rest : without(rest, target.split('.'))),
    values,
  )
}

function without(values: JsonObject, [name, ...deeper]: readonly string[]): JsonObject {
  if (name === undefined || !Object.hasOwn(values, name)) return values
  const { [name]: inner, ...others } = values
  if (deeper.length === 0 || !isObject(inner)) return others
  return replace(values, name, without(inner, deeper))
}

/** Keeps the order of the keys. */
function replace(values: JsonObject, name: string, value: Json): JsonObject {
  return Object.fromEntries(Object.entries(values).map(([key, old]) => [key, key === name ? value : old]))
}
