import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** The texts of a folder below `examples/`, by path from it. */
export async function exampleFiles(folder: string): Promise<Map<string, string>> {
  const root = join(import.meta.dirname, '../../examples', folder)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return new Map(files.map((file, index) => [relative(root, file), texts[index] ?? '']))
}
