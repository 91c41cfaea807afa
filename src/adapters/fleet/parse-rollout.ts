import { parse } from 'yaml'
import type { Json } from '../../core/domain/cluster.ts'
import type { Rollout } from '../../core/domain/rollout.ts'
import { rolloutPath } from '../../core/render/paths.ts'
import { rolloutFromDocument } from '../../core/render/read-rollout.ts'
import { readBlockYaml } from './read-block-yaml.ts'

/** Reads a rollout file. Throws `YAMLParseError` or `RolloutFormatError` for what is none, or belongs to another path. */
export function parseRollout(text: string, path: string): Rollout {
  const document = readBlockYaml(text) ?? (parse(text, { maxAliasCount: 0, uniqueKeys: false }) as Json)
  const rollout = rolloutFromDocument(document)
  const own = rolloutPath(rollout.group, rollout.service)
  if (own !== path) throw new Error(`it is the rollout of ${own}`)
  return rollout
}

/** Why a text is no rollout file of its path; undefined: it is one. */
export function rolloutProblem(path: string, text: string): string | undefined {
  try {
    parseRollout(text, path)
    return undefined
  } catch (error) {
    if (error instanceof Error) return error.message
    throw error
  }
}
