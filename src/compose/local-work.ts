import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { LocalWork } from '../entrypoints/cli/deps.ts'

const project = join(import.meta.dirname, '../..')

/** What halctl does on this machine apart from the repositories that a command is about. */
export function createLocalWork(signal: AbortSignal): LocalWork {
  return {
    async describeSource(folder) {
      const { openWorkTree, readAuthor } = await import('../adapters/git/system.ts')
      const workTree = await openWorkTree(folder)
      const author = (await readAuthor(folder))?.email
      const position = await workTree?.position()
      const above =
        position?.prefix
          .split('/')
          .filter(Boolean)
          .map(() => '..') ?? []
      const isCatalog =
        existsSync(join(folder, ...above, 'halyard.yaml')) || existsSync(join(folder, 'halyard.yaml'))
      return { author, commit: isCatalog ? undefined : position?.head }
    },
    createRepository: async (draft) => (await import('./new-repository.ts')).createRepository(draft, signal),
    readPackage: async (folder) => readFiles(join(project, folder)),
    listNames: async (repository, folder) =>
      (await import('./list-names.ts')).listNames(repository, folder, process.env),
    get version() {
      const manifest: unknown = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
      const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest
      return isManifest ? String(manifest.version) : ''
    },
  }
}

async function readFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(
      paths
        .toSorted()
        .map(
          async (path) =>
            [relative(folder, path).split(sep).join('/'), await readFile(path, 'utf8')] as const,
        ),
    ),
  )
}
