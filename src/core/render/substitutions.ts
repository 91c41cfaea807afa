import type { Json, JsonObject } from '../domain/cluster.ts'
import type { FieldPath } from '../domain/finding.ts'
import type { SecretReference } from '../domain/service-version.ts'
import { isObject, listOf } from '../expressions/json-tree.ts'
import { valuesBeneath } from './values-from.ts'

/** What kustomize-controller takes as the name of a variable (fluxcd/pkg kustomize, varsubRegex). */
export const variableNamePattern = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Why a value can not be a variable of `postBuild.substitute`, which holds texts only; undefined: it can. */
export function whyNoVariable(
  value: unknown,
): { readonly message: string; readonly remedy: string } | undefined {
  if (value === null || typeof value === 'object') {
    const what = value === null ? 'nothing' : Array.isArray(value) ? 'a list' : 'a mapping'
    return {
      message: `${what} can not be a variable: Flux puts the values of a kustomize payload into its manifests as texts`,
      remedy: 'write a text, a number or a boolean; what is structured belongs into the payload or a patch',
    }
  }
  // Flux takes line breaks out of every variable (fluxcd/pkg kustomize, SubstituteVariables).
  if (typeof value === 'string' && value.includes('\n')) {
    return {
      message: 'a variable of one line is wanted: Flux takes line breaks out',
      remedy: 'write one line, or put the text into a patch',
    }
  }
  return undefined
}

/** The values that are no variables, with their fields below `values`. */
export function badVariables(
  values: JsonObject,
): readonly { readonly path: FieldPath; readonly message: string; readonly remedy: string }[] {
  return Object.entries(values).flatMap(([name, value]) => {
    const why = whyNoVariable(value)
    return why === undefined ? [] : [{ path: ['values', name], ...why }]
  })
}

/**
 * The Kustomization's `postBuild`, with what the skeleton has of it; undefined: there is nothing to substitute. Inline
 * variables win over those of Secrets (docs/spec/v1, Post build), so those that a secret sets are left out.
 */
export function postBuild(
  own: Json | undefined,
  values: JsonObject,
  secrets: readonly SecretReference[],
  secretName: string | undefined,
): JsonObject | undefined {
  const base = isObject(own) ? own : {}
  const usual = isObject(base['substitute']) ? base['substitute'] : {}
  const inline = valuesBeneath({ ...usual, ...values }, secrets)
  const substitute = Object.fromEntries(Object.entries(inline).map(([name, value]) => [name, textOf(value)]))
  const from = [
    ...listOf(base['substituteFrom']),
    ...(secretName === undefined ? [] : [{ kind: 'Secret', name: secretName }]),
  ]
  const filled = {
    ...base,
    ...(Object.keys(substitute).length === 0 ? {} : { substitute }),
    ...(from.length === 0 ? {} : { substituteFrom: from }),
  }
  return Object.keys(filled).length === 0 ? undefined : filled
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
