import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { locate, mirrorPath, mainRef } from './places.ts'

/**
 * Names of what is directly below a folder of a catalog, without `.yaml`, as it lies on this machine: for completion,
 * so nothing is fetched, parsed or reported. Of a remote, what was mirrored last.
 */
export async function listNames(
  repository: string,
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const place = locate(repository, process.cwd())
  const path = place.kind === 'remote' ? mirrorPath(place.path, env) : place.path
  const names =
    place.kind === 'folder'
      ? await readdir(join(path, folder)).catch(() => [])
      : existsSync(path)
        ? await (await import('../adapters/git/system/list-folder.ts')).listFolder(path, mainRef, folder)
        : []
  return names.map((name) => name.replace(/\.ya?ml$/, '')).toSorted()
}
