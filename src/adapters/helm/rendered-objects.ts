import { parseAllDocuments } from 'yaml'
import type { RenderedObject } from './port.ts'

export type ReadObjects =
  | { readonly kind: 'read'; readonly objects: readonly RenderedObject[] }
  | { readonly kind: 'unreadable'; readonly message: string }

type Mapping = Readonly<Record<string, unknown>>

/** What a chart rendered, as the facts that rules ask for. Lists are read as their items. */
export function readRenderedObjects(manifest: string): ReadObjects {
  try {
    // Merge keys, as Go's reader knows them: a namespace must not hide behind one.
    const documents = parseAllDocuments(manifest, { merge: true, uniqueKeys: false, logLevel: 'silent' })
    const [fault] = documents.flatMap(({ errors }) => errors)
    if (fault) return { kind: 'unreadable', message: fault.message.split('\n')[0] ?? 'bad YAML' }
    const values = documents.map((document): unknown => document.toJS())
    return { kind: 'read', objects: values.flatMap(itemsOf).map(toObject) }
  } catch (error) {
    // Nesting and aliases beyond what the parser takes.
    return { kind: 'unreadable', message: error instanceof Error ? error.message : String(error) }
  }
}

function itemsOf(value: unknown): readonly Mapping[] {
  if (!isMapping(value)) return []
  const { items, kind } = value
  if (Array.isArray(items) && String(kind).endsWith('List')) return items.flatMap(itemsOf)
  return [value]
}

function toObject(object: Mapping): RenderedObject {
  const metadata = mappingAt(object, 'metadata')
  const spec = mappingAt(object, 'spec')
  const apiVersion = textAt(object, 'apiVersion') ?? ''
  const isFlux = /^[a-z]+\.toolkit\.fluxcd\.io\//.test(apiVersion)
  const actor = isFlux ? spec : podSpecOf(object, spec)
  const targets = isFlux ? [textAt(spec, 'targetNamespace'), textAt(spec, 'storageNamespace')] : []
  return {
    apiVersion,
    kind: textAt(object, 'kind') ?? '',
    name: textAt(metadata, 'name') ?? textAt(metadata, 'generateName') ?? '',
    namespace: textAt(metadata, 'namespace'),
    serviceAccount: textAt(actor, 'serviceAccountName') ?? textAt(actor, 'serviceAccount'),
    hasKubeConfig: isFlux && spec['kubeConfig'] !== undefined && spec['kubeConfig'] !== null,
    otherNamespaces: targets.filter((name) => name !== undefined),
  }
}

/** Of a Pod, of a workload with a pod template, of a CronJob. */
function podSpecOf(object: Mapping, spec: Mapping): Mapping {
  if (object['kind'] === 'Pod') return spec
  const job = mappingAt(mappingAt(spec, 'jobTemplate'), 'spec')
  return mappingAt(mappingAt(object['kind'] === 'CronJob' ? job : spec, 'template'), 'spec')
}

function mappingAt(mapping: Mapping, key: string): Mapping {
  const value = mapping[key]
  return isMapping(value) ? value : {}
}

function textAt(mapping: Mapping, key: string): string | undefined {
  const value = mapping[key]
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
