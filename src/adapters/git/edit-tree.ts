import { checkPath } from './names.ts'
import { fileMode, folderMode, nameToBytes, sortTree } from './object-format.ts'
import type { TreeItem } from './object-format.ts'
import type { Oid, TreeChange } from './port.ts'

/** Where trees are read from, many at a time. */
export type ReadTrees = (oids: readonly Oid[]) => Promise<readonly (readonly TreeItem[])[]>

/** Takes new objects and tells their ids. */
export interface ObjectSink {
  readonly blob: (text: string) => Oid
  /** Items in git's order. */
  readonly tree: (items: readonly TreeItem[]) => Oid
}

/** A folder that some change touches. */
interface Folder {
  readonly children: Map<string, Folder | FileChange>
  /** The folder's tree before; undefined: the folder is new, or replaces a file. */
  base: { readonly oid: Oid; readonly items: readonly TreeItem[] } | undefined
  /** What was there is gone, as a change removed or replaced it. */
  readonly fresh: boolean
}

/** A file's new blob; undefined: it is removed, with all that is below it. */
interface FileChange {
  readonly blob: Oid | undefined
}

/**
 * Applies changes to a tree in their order and returns the new tree's id. Only folders with changes are read and
 * written, each once, bottom up. A file may replace a folder and the other way round; folders left empty vanish.
 */
export async function editTree(
  base: Oid | undefined,
  changes: readonly TreeChange[],
  readTrees: ReadTrees,
  sink: ObjectSink,
): Promise<Oid> {
  const root = groupByFolder(changes, sink)
  if (base !== undefined) await loadBases([{ folder: root, oid: base }], readTrees)
  return writeFolder(root, sink) ?? sink.tree([])
}

function groupByFolder(changes: readonly TreeChange[], sink: ObjectSink): Folder {
  const root = newFolder(false)
  const opened = new Map<string, Folder>()
  for (const change of changes) {
    checkPath(change.path)
    const path = nameToBytes(change.path)
    const slash = path.lastIndexOf('/')
    const folderPath = path.slice(0, Math.max(slash, 0))
    const folder = opened.get(folderPath) ?? openFolder(root, folderPath, 'remove' in change)
    if (folder === undefined) continue
    opened.set(folderPath, folder)
    const name = path.slice(slash + 1)
    // A change that takes a folder's place cuts off what was opened below it.
    if (isFolder(folder.children.get(name))) opened.clear()
    folder.children.set(name, { blob: blobOf(change, sink) })
  }
  return root
}

function blobOf(change: TreeChange, sink: ObjectSink): Oid | undefined {
  if ('remove' in change) return undefined
  return 'blob' in change ? change.blob : sink.blob(change.text)
}

function newFolder(fresh: boolean): Folder {
  return { children: new Map(), base: undefined, fresh }
}

function isFolder(node: Folder | FileChange | undefined): node is Folder {
  return node !== undefined && 'children' in node
}

/** Undefined: a removal below what already is a file or gone, which removes nothing. */
function openFolder(root: Folder, path: string, removal: boolean): Folder | undefined {
  if (path === '') return root
  let folder = root
  for (const part of path.split('/')) {
    const known = folder.children.get(part)
    if (removal && known !== undefined && !isFolder(known)) return undefined
    const next = isFolder(known) ? known : newFolder(folder.fresh || known !== undefined)
    if (next !== known) folder.children.set(part, next)
    folder = next
  }
  return folder
}

/** One round of reading per level of depth, however many folders there are. */
async function loadBases(
  level: readonly { readonly folder: Folder; readonly oid: Oid }[],
  readTrees: ReadTrees,
): Promise<void> {
  const trees = await readTrees(level.map(({ oid }) => oid))
  const next = level.flatMap(({ folder, oid }, index) => {
    const items = trees[index] ?? []
    folder.base = { oid, items }
    return items.flatMap((item) => {
      const child = item.mode === folderMode ? folder.children.get(item.name) : undefined
      return isFolder(child) && !child.fresh ? [{ folder: child, oid: item.oid }] : []
    })
  })
  if (next.length > 0) await loadBases(next, readTrees)
}

/** The folder's new tree; undefined: nothing is left in it. */
function writeFolder(folder: Folder, sink: ObjectSink): Oid | undefined {
  const items = new Map((folder.base?.items ?? []).map((item) => [item.name, item]))
  let changed = folder.base === undefined
  for (const [name, child] of folder.children) {
    const before = items.get(name)
    const after = itemOf(name, child, before, sink)
    if (after?.oid === before?.oid && after?.mode === before?.mode) continue
    changed = true
    if (after === undefined) items.delete(name)
    else items.set(name, after)
  }
  if (items.size === 0) return undefined
  if (!changed) return folder.base?.oid
  return sink.tree(sortTree([...items.values()]))
}

function itemOf(
  name: string,
  child: Folder | FileChange,
  before: TreeItem | undefined,
  sink: ObjectSink,
): TreeItem | undefined {
  if (!isFolder(child))
    return child.blob === undefined ? undefined : { mode: fileMode, name, oid: child.blob }
  const oid = writeFolder(child, sink)
  if (oid !== undefined) return { mode: folderMode, name, oid }
  // A removal below a file that stays a file: there was nothing to remove.
  return before !== undefined && before.mode !== folderMode && !child.fresh ? before : undefined
}
