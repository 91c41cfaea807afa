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
  { catalog, now }: { readonly catalog: CatalogView; readonly now: Instant },
): OrderFile {
  const day = formatInstant(now).slice(0, 10).replaceAll('-', '')
  const words = [kind.toLowerCase(), ...parts.filter((part) => part !== undefined)].join('-')
  const name = firstFree(`${words.slice(0, longestName - day.length - 1).replace(/-+$/, '')}-${day}`, catalog)
  const text = emitYaml([{ apiVersion: 'halyard.dev/v1', kind, metadata: { name }, spec }])
  return { name, path: pathOf(name), text }
}

/** Files that could not be read have no directive, but a finding. */
function firstFree(name: string, { snapshot, findings }: CatalogView): string {
  const taken = new Set([...snapshot.catalog.directives, ...findings].map(({ file }) => file))
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`
    if (!taken.has(pathOf(candidate))) return candidate
  }
}

function pathOf(name: string): string {
  return `directives/${name}.yaml`
}
