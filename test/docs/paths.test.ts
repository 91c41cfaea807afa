import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './page-world.ts'

const inDocs = await readdir(join(root, 'docs'), { recursive: true })
const pages = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'README.md',
  ...inDocs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
].toSorted()
const topFolders = new Set([
  'bench',
  'docs',
  'examples',
  'fleet-repo-layout',
  'schemas',
  'src',
  'templates',
  'test',
])
const inSrc = await readdir(join(root, 'src'), { withFileTypes: true })
const rooms = new Set(inSrc.filter((entry) => entry.isDirectory()).map(({ name }) => name))

/** Paths of the project that a line names in backticks; a bare name of a source file is beside the one before it. */
function pathsIn(line: string): readonly string[] {
  let folder: string | undefined
  return [...line.matchAll(/`([^`\s]+)`/g)].flatMap(([, name = '']) => {
    const [top = '', ...rest] = name.split('/')
    const isBare = rest.length === 0 && /^[a-z-]+\.ts$/.test(name)
    const isBelowRoot = rest.length > 0 && topFolders.has(top)
    const isBelowSrc = rest.length > 0 && rooms.has(top)
    if (isBare) return folder === undefined ? [] : [`${folder}/${name}`]
    if (!isBelowRoot && !isBelowSrc) return []
    const path = isBelowSrc ? `src/${name}` : name
    folder = path.endsWith('.ts') ? dirname(path) : path
    return [path]
  })
}

/** Headings as a forge makes anchors of them. */
function anchorsIn(page: string): readonly string[] {
  return [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it('a line names a file by its path, by its room, or beside the one before it', () => {
  const line =
    '`core/plan/waves.ts`, `wave-order.ts` and `src/main.ts` of `halctl status`, not `services/a.yaml`'
  expect(pathsIn(line)).toEqual(['src/core/plan/waves.ts', 'src/core/plan/wave-order.ts', 'src/main.ts'])
})

describe.each(pages)('%s', (name) => {
  it('names only files of the project that exist', async () => {
    const page = await readFile(join(root, name), 'utf8')
    const missing = page
      .split('\n')
      .flatMap(pathsIn)
      .filter((path) => !existsSync(join(root, path)))
    expect(missing).toEqual([])
  })

  it('links only to pages and headings that exist', async () => {
    const page = await readFile(join(root, name), 'utf8')
    const links = [...page.matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)/g)]
    const broken = await Promise.all(
      links.map(async ([whole, path = '', anchor]) => {
        const target = path === '' ? join(root, name) : resolve(root, dirname(name), path)
        if (!existsSync(target)) return [whole]
        if (anchor === undefined) return []
        return anchorsIn(await readFile(target, 'utf8')).includes(anchor) ? [] : [whole]
      }),
    )
    expect(broken.flat()).toEqual([])
  })
})
