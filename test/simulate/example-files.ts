import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

/** The texts of a folder below `examples/`, by path from it. */
export async function exampleFiles(folder: string): Promise<Map<string, string>> {
  const root = join(import.meta.dirname, '../../examples', folder)
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return new Map(files.map((file, index) => [relative(root, file), texts[index] ?? '']))
}

const smallServices = new Set(['catalog-web', 'checkout', 'ingress', 'ledger', 'nightly-report', 'payments'])
const smallClusters = new Set([
  ...['devel-euw1-01', 'devel-euw4-01', 'devel-usc1-01', 'devel-use1-01'],
  ...['prod-canary-euw1-01', 'prod-canary-usc1-01'],
  ...['prod-euw1-01', 'prod-euw1-02', 'prod-euw4-01', 'prod-usc1-01', 'prod-use1-01', 'prod-use1-02'],
])

/** The example's catalog with 6 of its services on 12 of its clusters, for tests that need a company and not its size. */
export async function smallCompany(): Promise<Map<string, string>> {
  const catalog = await exampleFiles('catalog')
  const isKept = (path: string): boolean => {
    const [folder = '', name = ''] = path.replace(/\.yaml$/, '').split('/')
    if (folder === 'services') return smallServices.has(name)
    if (folder === 'clusters') return smallClusters.has(name)
    return path !== 'deployment-groups/edge.yaml' && !['source-repositories', 'directives'].includes(folder)
  }
  return new Map([...catalog].filter(([path]) => isKept(path)))
}

export async function writeFiles(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
