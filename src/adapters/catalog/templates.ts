import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Json, JsonObject } from '../../core/domain/cluster.ts'
import type { Finding } from '../../core/domain/finding.ts'
import {
  optionalTemplateNames,
  templateNames,
  type ObjectTemplates,
  type OptionalTemplateName,
  type TemplateName,
} from '../../core/domain/templates.ts'
import { locateOffsets } from './parse-document.ts'
import { readYaml } from './read-yaml.ts'

export type TemplateReading =
  | { readonly kind: 'read'; readonly object: JsonObject }
  | { readonly kind: 'refused'; readonly findings: readonly Finding[] }

/** Reads one object skeleton: a Kubernetes object in one YAML document. */
export function readTemplate(file: string, text: string): TemplateReading {
  const reading = readYaml(text)
  const common = { severity: 'error', scope: { kind: 'catalog' }, file } as const
  if (reading.kind === 'refused') {
    return {
      kind: 'refused',
      findings: locateOffsets(text, reading.problems).map((problem) => ({ ...common, ...problem })),
    }
  }
  if (isKubernetesObject(reading.value)) return { kind: 'read', object: reading.value }
  const finding = {
    ...common,
    field: [],
    message: 'the skeleton is no Kubernetes object',
    remedy: 'give it apiVersion and kind',
  }
  return { kind: 'refused', findings: [finding] }
}

function isKubernetesObject(value: Json): value is JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const { apiVersion, kind } = value as JsonObject
  return typeof apiVersion === 'string' && typeof kind === 'string'
}

/**
 * Parses the skeletons of all objects, given by file name without `.yaml`.
 *
 * Throws when one is missing or unreadable: the project ships them, so that is a broken installation.
 */
export function loadTemplates(files: ReadonlyMap<string, string>): ObjectTemplates {
  const objects = templateNames.map((name): [TemplateName, JsonObject] => {
    const text = files.get(name)
    if (text === undefined) throw new Error(`the template ${name}.yaml is missing`)
    const reading = readTemplate(`templates/${name}.yaml`, text)
    if (reading.kind === 'read') return [name, reading.object]
    throw new Error(`templates/${name}.yaml: ${reading.findings.map(({ message }) => message).join('; ')}`)
  })
  return {
    revision: digestTexts(new Map([...files].filter(([name]) => !isOptional(name)))),
    optionalRevisions: digestEach(files),
    objects: Object.fromEntries(objects) as Record<TemplateName, JsonObject>,
  }
}

/** The skeletons with some of them replaced by a catalog's own. */
export function overrideTemplates(
  base: ObjectTemplates,
  own: ReadonlyMap<TemplateName, { readonly text: string; readonly object: JsonObject }>,
): ObjectTemplates {
  if (own.size === 0) return base
  const texts = new Map([...own].map(([name, { text }]) => [name, text]))
  const common = [...texts].filter(([name]) => !isOptional(name))
  const objects = Object.fromEntries([...own].map(([name, { object }]) => [name, object]))
  return {
    revision: common.length === 0 ? base.revision : digestTexts(new Map([...common, ['', base.revision]])),
    optionalRevisions: { ...base.optionalRevisions, ...digestEach(texts) },
    objects: { ...base.objects, ...objects },
  }
}

function isOptional(name: string): boolean {
  return optionalTemplateNames.some((optional) => optional === name)
}

function digestEach(files: ReadonlyMap<string, string>): Record<OptionalTemplateName, string> {
  const digests = optionalTemplateNames.flatMap((name) => {
    const text = files.get(name)
    return text === undefined ? [] : [[name, digestTexts(new Map([[name, text]]))]]
  })
  return Object.fromEntries(digests) as Record<OptionalTemplateName, string>
}

/** 8 hex digits: enough to tell apart the revisions of one installation. */
function digestTexts(files: ReadonlyMap<string, string>): string {
  const sorted = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 8)
}

/** The skeletons that the project ships, from `templates/` at its root, beside `src/` and `dist/` alike. */
export async function readDefaultTemplates(): Promise<ObjectTemplates> {
  // src/adapters/catalog and dist/adapters/catalog are equally deep.
  const folder = new URL('../../../templates/', import.meta.url)
  const texts = await Promise.all(
    templateNames.map(async (name): Promise<[string, string]> => [
      name,
      await readFile(new URL(`${name}.yaml`, folder), 'utf8'),
    ]),
  )
  return loadTemplates(new Map(texts))
}
