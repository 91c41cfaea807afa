import { isDeepStrictEqual } from 'node:util'
import { compareBuild } from 'semver'
import { type Static, Type } from 'typebox'
import { parse } from 'yaml'
import type { Catalog } from '../../core/domain/catalog.ts'
import type { Json } from '../../core/domain/cluster.ts'
import type { ServiceVersion } from '../../core/domain/service-version.ts'
import { isObject } from '../../core/expressions/json-tree.ts'
import { KnownError } from '../known-error.ts'
import { unknownName } from '../nearest-name.ts'
import { defineOrder } from '../orders/order.ts'
import { affectedBy, clustersIn, listed } from '../orders/scope.ts'
import { object } from '../shapes.ts'
import type { CatalogView, Workspace } from '../workspace.ts'
import { pinOf, requirePin } from './kustomize-pin.ts'
import { requireName, requireVersion } from './names.ts'
import { writeVersion } from './write-version.ts'

export const newVersionInput = object({
  service: Type.String(),
  version: Type.String({ description: 'semantic version, new for ever' }),
  from: Type.Optional(
    Type.String({ description: 'the version to copy; default: the newest below it, else the newest' }),
  ),
  chartVersion: Type.Optional(Type.String()),
  digest: Type.Optional(
    Type.String({ description: '`sha256:…` of the chart, or of the artifact of a kustomize payload' }),
  ),
  revision: Type.Optional(
    Type.String({ description: 'the commit that a kustomize payload is taken at, 40 hex digits' }),
  ),
  resolveDigest: Type.Optional(Type.Boolean({ description: 'asks the chart repository for the digest' })),
  values: Type.Optional(
    Type.String({ description: 'YAML: all values, instead of those of the copied version' }),
  ),
  set: Type.Optional(Type.Array(Type.String(), { description: '`path=value`, as `helm --set`' })),
  setString: Type.Optional(Type.Array(Type.String(), { description: '`path=value`, always as text' })),
  changelog: Type.Optional(Type.String()),
  commit: Type.Optional(Type.String({ description: 'of the source code' })),
  author: Type.Optional(Type.String()),
})
type Input = Static<typeof newVersionInput>

/**
 * A version of a service, made from an earlier one. What is there already with the same content leaves nothing to
 * write: `changes` is empty. No row of the table of orders: whoever makes versions has the catalog at hand.
 */
export const newVersion = defineOrder({
  name: 'new-version',
  summary: 'Writes a version of a service from an earlier one',
  input: newVersionInput,
  async prepare(workspace, input) {
    const { service, version } = input
    requireName('service', service, 53)
    requireVersion(version)
    const view = await workspace.catalog()
    const { catalog } = view.snapshot
    const base = findBase(catalog, input)
    const baseText = requireText(view, base.file)
    const pin = pinOf(baseText)
    requirePin(pin, input)
    const resolved = pin ? input : await resolveDigest(workspace, catalog, base, input)
    const path = `services/${service}/versions/${version}.yaml`
    const text = writeVersion(baseText, resolved)
    const known = view.snapshot.textOf(path)
    if (known !== undefined) requireSame(path, known, text)
    const affects = affectedBy(catalog, { service, group: undefined })
    return {
      input: { ...resolved, from: base.version },
      summary:
        known === undefined
          ? [`${service} ${version}, made from ${base.version}`, ...describe(baseText, text), goes(affects)]
          : [`${service} ${version} is there already, with this content: ${path}`],
      affects,
      changes: known === undefined ? [{ path, text }] : [],
      message: `Add ${service} ${version}\n\n${input.changelog ?? `Made from ${base.version}.`}\n`,
      acknowledgement: undefined,
    }
  },
})

function findBase({ services, versions }: Catalog, { service, version, from }: Input): ServiceVersion {
  if (!services.has(service)) throw unknownName('service', service, services.keys())
  const others = (versions.get(service) ?? []).filter((each) => each.version !== version)
  if (from !== undefined) {
    const found = versions.get(service)?.find((each) => each.version === from)
    if (found) return found
    throw unknownName(`version of ${service}`, from, others.map((each) => each.version).toReversed())
  }
  const below = others.filter((each) => compareBuild(each.version, version) < 0)
  const base = below.at(-1) ?? others.at(-1) ?? versions.get(service)?.at(-1)
  if (base) return base
  throw new KnownError(
    `${service} has no version to copy`,
    `write services/${service}/versions/${version}.yaml by hand, once`,
  )
}

function requireText({ snapshot }: CatalogView, file: string): string {
  const text = snapshot.textOf(file)
  if (text === undefined) throw new Error(`a version without a file: ${file}`)
  return text
}

/** With the digest that the chart has in its repository; a chart of another version has another one. */
async function resolveDigest(
  workspace: Workspace,
  catalog: Catalog,
  { payload }: ServiceVersion,
  { resolveDigest: asks = false, ...input }: Input,
): Promise<Input> {
  const { chartVersion, digest } = input
  if (chartVersion === undefined && digest === undefined && !asks) return input
  if (chartVersion !== undefined) requireVersion(chartVersion)
  if (payload.kind !== 'chart')
    throw new KnownError('the version to copy has no chart', 'leave --chart-version and --digest out')
  const base = payload.chart
  if (!asks) {
    if (digest !== undefined || chartVersion === base.version) return input
    throw new KnownError(
      `chart ${base.name} ${chartVersion} has another digest than ${base.version}`,
      'give --digest sha256:…, or --resolve-digest to ask the chart repository',
    )
  }
  const repository = catalog.chartRepositories.get(base.repository)
  if (!repository) throw unknownName('chart repository', base.repository, catalog.chartRepositories.keys())
  const chart = { name: base.name, version: chartVersion ?? base.version }
  const found = await workspace.chartDigest(chart, repository)
  if (digest === undefined || digest === found) return { ...input, digest: found }
  throw new KnownError(
    `chart ${chart.name} ${chart.version} in ${repository.name} has digest ${found}, not ${digest}`,
    'find out which of the two is right before you release it',
  )
}

/** A version never changes: the same content may be asked for again, other content may not. */
function requireSame(path: string, known: string, text: string): void {
  if (known === text) return
  const [before, after]: readonly [Json, Json] = [parse(known), parse(text)]
  if (isDeepStrictEqual(before, after)) return
  const fields = changedFields(before, after).join(', ')
  throw new KnownError(
    `${path} is there already with other content: ${fields}`,
    'a version never changes: give the next one a number of its own',
  )
}

/** `spec.values.image.tag 1.4.2 → 1.4.3`, for what people look at first; other fields by their names. */
function describe(before: string, after: string): readonly string[] {
  const [old, next]: readonly [Json, Json] = [parse(before), parse(after)]
  const changed = changedFields(old, next).filter((field) => !identity.has(field))
  const lines = changed.slice(0, 8).map((field) => `  ${field}`)
  const more = changed.length > lines.length ? [`  and ${changed.length - lines.length} more`] : []
  const spec = isObject(next) && isObject(next['spec']) ? next['spec'] : {}
  const warning =
    spec['irreversible'] === true ? ['irreversible is copied too: there is no way back from it'] : []
  return [...(changed.length > 0 ? lines : ['  nothing but its number changes']), ...more, ...warning]
}

/** What every new version has of its own. */
const identity: ReadonlySet<string> = new Set(['metadata.name', 'spec.version'])

function changedFields(before: Json | undefined, after: Json | undefined, name = ''): readonly string[] {
  if (isDeepStrictEqual(before, after)) return []
  if (!isObject(before) || !isObject(after)) return [name]
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return keys.flatMap((key) => changedFields(before[key], after[key], name === '' ? key : `${name}.${key}`))
}

function goes(affects: ReturnType<typeof affectedBy>): string {
  if (affects.length === 0) return 'the service targets no cluster'
  return `once merged it goes to ${listed(affects.map(({ group }) => group))}, ${clustersIn(affects)}`
}
