import { compareText } from '../names.ts'
import { folderMode, kindOf, nameFromBytes, nameToBytes } from '../object-format.ts'
import type { TreeItem } from '../object-format.ts'
import type { Oid, PathChange, TreeEntry } from '../port.ts'
import type { MemoryObjects } from './objects.ts'

/** All blobs of a tree below a folder, sorted by path. */
export function listTree(objects: MemoryObjects, root: Oid, prefix: string): readonly TreeEntry[] {
  const folder = findItem(objects, root, prefix)
  if (folder === undefined || kindOf(folder) !== 'folder') return []
  const entries: TreeEntry[] = []
  collect(objects, folder.oid, prefix === '' ? '' : `${prefix}/`, entries)
  return entries.toSorted((a, b) => compareText(a.path, b.path))
}

function collect(objects: MemoryObjects, tree: Oid, prefix: string, into: TreeEntry[]): void {
  for (const item of objects.readTree(tree)) {
    const path = prefix + nameFromBytes(item.name)
    const kind = kindOf(item)
    if (kind === 'folder') collect(objects, item.oid, `${path}/`, into)
    else if (kind === 'blob') into.push({ path, oid: item.oid })
  }
}

/** The folder or blob at a path; an empty path is the root. */
export function findItem(objects: MemoryObjects, root: Oid, path: string): TreeItem | undefined {
  let item: TreeItem | undefined = { mode: folderMode, name: '', oid: root }
  if (path === '') return item
  for (const part of nameToBytes(path).split('/')) {
    if (item === undefined || kindOf(item) !== 'folder') return undefined
    item = objects.readTree(item.oid).find(({ name }) => name === part)
  }
  return item
}

/** Paths whose blob differs from `before` (undefined: nothing), sorted by path. Equal subtrees are not read. */
export function diffTrees(
  objects: MemoryObjects,
  before: Oid | undefined,
  after: Oid,
  prefix: string,
): readonly PathChange[] {
  const folderOf = (root: Oid | undefined): Oid | undefined => {
    const item = root === undefined ? undefined : findItem(objects, root, prefix)
    return item !== undefined && kindOf(item) === 'folder' ? item.oid : undefined
  }
  const changes: PathChange[] = []
  diffFolders(objects, folderOf(before), folderOf(after), prefix === '' ? '' : `${prefix}/`, changes)
  return changes.toSorted((a, b) => compareText(a.path, b.path))
}

function diffFolders(
  objects: MemoryObjects,
  before: Oid | undefined,
  after: Oid | undefined,
  prefix: string,
  into: PathChange[],
): void {
  if (before === after) return
  const left = itemsByName(objects, before)
  const right = itemsByName(objects, after)
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const path = prefix + nameFromBytes(name)
    const [old, young] = [split(left.get(name)), split(right.get(name))]
    if (old.blob !== young.blob) into.push({ path, before: old.blob, after: young.blob })
    diffFolders(objects, old.folder, young.folder, `${path}/`, into)
  }
}

function itemsByName(objects: MemoryObjects, tree: Oid | undefined): ReadonlyMap<string, TreeItem> {
  return new Map((tree === undefined ? [] : objects.readTree(tree)).map((item) => [item.name, item]))
}

function split(item: TreeItem | undefined): {
  readonly blob: Oid | undefined
  readonly folder: Oid | undefined
} {
  const kind = item === undefined ? undefined : kindOf(item)
  return { blob: kind === 'blob' ? item?.oid : undefined, folder: kind === 'folder' ? item?.oid : undefined }
}
