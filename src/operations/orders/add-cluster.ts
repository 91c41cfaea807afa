import { type Static, Type } from 'typebox'
import { parse } from 'yaml'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Cluster, Json, JsonObject } from '../../core/domain/cluster.ts'
import { emitYaml } from '../../core/render/emit-yaml.ts'
import { countServices, requireGroup, servicesOn } from '../authoring/clusters.ts'
import { setField } from '../authoring/edit-yaml.ts'
import { requireName } from '../authoring/names.ts'
import { parseSet } from '../authoring/parse-set.ts'
import { KnownError } from '../known-error.ts'
import { object } from '../shapes.ts'
import type { CatalogView } from '../workspace.ts'
import { defineOrder } from './order.ts'

const input = object({
  cluster: Type.String(),
  labels: Type.Optional(Type.Array(Type.String(), { description: '`key=value`' })),
  metadata: Type.Optional(
    Type.Array(Type.String(), { description: '`path=value`, typed as `helm --set` does' }),
  ),
  reason: Type.Optional(Type.String()),
})

export const addCluster = defineOrder({
  name: 'add-cluster',
  summary: 'Makes a cluster exist',
  input,
  async prepare(workspace, given: Static<typeof input>) {
    const { cluster: name, labels = [], metadata = [], reason } = given
    requireName('cluster', name)
    const view = await workspace.catalog()
    const { catalog } = view.snapshot
    const path = `clusters/${name}.yaml`
    if (view.snapshot.textOf(path) !== undefined)
      throw new KnownError(`${path} is there already`, 'give another name, or edit that file')
    const cluster = { name, labels: parseLabels(labels) }
    const group = requireGroup(catalog, cluster)
    const text = `${noteOf(view)}${emitYaml([documentOf(cluster, metadata)])}`
    const services = servicesOn(withCluster(catalog, cluster, path), name)
    return {
      input: given,
      summary: [
        `${name} is in group ${group} and gets ${countServices(services)}`,
        ...(services.length > 0 ? ['foundation first, at the newest version that is proven there'] : []),
      ],
      affects: [{ service: null, group, clusters: 1, failing: 0 }],
      changes: [{ path, text }],
      message: `Add cluster ${name}\n\n${reason ?? `In group ${group}.`}\n`,
      acknowledgement: undefined,
    }
  },
})

function parseLabels(labels: readonly string[]): Readonly<Record<string, string>> {
  const parsed = new Map<string, string>()
  for (const label of labels) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(label) ?? []
    if (key === '' || key === '__proto__')
      throw new KnownError(`the label ${JSON.stringify(label)} is no key=value`, 'give one such as env=prod')
    if (parsed.has(key)) throw new KnownError(`the label ${key} is given twice`, 'give it once')
    parsed.set(key, value)
  }
  return Object.fromEntries(parsed)
}

function documentOf(
  { name, labels }: Pick<Cluster, 'name' | 'labels'>,
  metadata: readonly string[],
): JsonObject {
  const facts = metadata
    .flatMap((text) => parseSet(text))
    .reduce((text, { path, value }) => setField(text, path, value), '{}\n')
  const parsed: Json = parse(facts)
  return {
    apiVersion: 'halyard.dev/v1',
    kind: 'Cluster',
    metadata: { name, ...(Object.keys(labels).length > 0 ? { labels } : {}) },
    spec: metadata.length > 0 ? { metadata: parsed } : {},
  }
}

/** The line by which other clusters of this catalog name their schema. */
function noteOf({ snapshot }: CatalogView): string {
  const [other] = snapshot.catalog.clusters
  const text = other === undefined ? undefined : snapshot.textOf(other.file)
  return /^# yaml-language-server:[^\n]*\n/.exec(text ?? '')?.[0] ?? ''
}

function withCluster(
  catalog: Catalog,
  { name, labels }: Pick<Cluster, 'name' | 'labels'>,
  file: string,
): Catalog {
  const cluster: Cluster = { name, labels, metadata: {}, decommission: false, file }
  return { ...catalog, clusters: [...catalog.clusters, cluster] }
}
