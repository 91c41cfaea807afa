import type { JsonObject } from '../../core/domain/cluster.ts'
import { formatInstant, type Instant } from '../../core/domain/time.ts'
import { emitYaml } from '../../core/render/emit-yaml.ts'
import type { CatalogView } from '../workspace.ts'

export interface OrderFile {
  /** `metadata.name`, and the file's name without `.yaml`. */
  readonly name: string
  readonly path: string
  readonly text: string
}

/** A DNS label; room for a number is left. */
const longestName = 60

/**
 * The file of an order: `directives/<kind>-<service>-<group>-<yyyymmdd>.yaml`, numbered from the second of a day on.
 * Parts that an order is not limited to are left out.
 */
export function orderFile(
  kind: string,
  parts: readonly (string | undefined)[],
  spec: JsonObject,
  place: FilePlace,
): OrderFile {
  const [file] = orderFiles(kind, [{ parts, spec }], place)
  if (!file) throw new Error('one order has one file')
  return file
}

/** Where an order's file goes, and on which day. */
interface FilePlace {
  readonly catalog: CatalogView
  readonly now: Instant
}

/** The files of several orders of one kind that are given at once. */
export function orderFiles(
  kind: string,
  orders: readonly { readonly parts: readonly (string | undefined)[]; readonly spec: JsonObject }[],
  { catalog, now }: FilePlace,
): readonly OrderFile[] {
  const taken = takenPaths(catalog)
  return orders.map(({ parts, spec }) => {
    const name = firstFree(nameOf(kind, parts, now), taken)
    taken.add(pathOf(name))
    return { name, path: pathOf(name), text: orderDocument(kind, name, spec) }
  })
}

export function orderDocument(kind: string, name: string, spec: JsonObject): string {
  return emitYaml([{ apiVersion: 'halyard.dev/v1', kind, metadata: { name }, spec }])
}

/** A part may be a version or a glob: what a DNS label can not hold becomes "-". */
function nameOf(kind: string, parts: readonly (string | undefined)[], now: Instant): string {
  const day = formatInstant(now).slice(0, 10).replaceAll('-', '')
  const words = [kind, ...parts.filter((part) => part !== undefined)]
    .map((word) =>
      word
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, ''),
    )
    .filter((word) => word !== '')
    .join('-')
  return `${words.slice(0, longestName - day.length - 1).replace(/-+$/, '')}-${day}`
}

/** Files that could not be read have no directive, but a finding. */
function takenPaths({ snapshot, findings }: CatalogView): Set<string> {
  return new Set([...snapshot.catalog.directives, ...findings].map(({ file }) => file))
}

function firstFree(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`
    if (!taken.has(pathOf(candidate))) return candidate
  }
}

function pathOf(name: string): string {
  return `directives/${name}.yaml`
}
