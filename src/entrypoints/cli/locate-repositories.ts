import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RepositoryOptions } from './deps.ts'

type Located = Pick<RepositoryOptions, 'catalog' | 'fleet'>

/**
 * Which repositories a command is about: flags, then HALYARD_CATALOG and HALYARD_FLEET, then the `halyard.yaml`
 * above the working directory (whose settings name the fleet), then the repositories that the demo made here.
 */
export function locateRepositories(
  given: { readonly catalog?: string; readonly fleet?: string },
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
): Located {
  const catalog = given.catalog ?? (env['HALYARD_CATALOG'] || undefined)
  const fleet = given.fleet ?? (env['HALYARD_FLEET'] || undefined)
  if (catalog !== undefined) return { catalog, fleet }
  const folder = folderAbove(cwd, 'halyard.yaml')
  if (folder !== undefined) return { catalog: folder, fleet }
  const demo = (name: string): string | undefined => {
    const path = join(cwd, '.halyard', name)
    return existsSync(path) ? path : undefined
  }
  return { catalog: demo('catalog.git'), fleet: fleet ?? demo('fleet.git') }
}

function folderAbove(start: string, file: string): string | undefined {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, file))) return folder
    if (dirname(folder) === folder) return undefined
  }
}
