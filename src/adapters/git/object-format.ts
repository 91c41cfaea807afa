import { hash } from 'node:crypto'

import { refused } from './git-error.ts'
import type { Commit, Oid, Signature } from './port.ts'

/** Bytes of git objects and their ids (gitformat-pack(5), git-mktree(1), git-commit-tree(1)). */
export type ObjectType = 'commit' | 'tree' | 'blob'

/** One line of a tree. `name` holds one byte per character, so that foreign names survive and `<` is git's byte order. */
export interface TreeItem {
  readonly mode: string
  readonly name: string
  readonly oid: Oid
}

export const folderMode = '40000'
export const fileMode = '100644'
const submoduleMode = '160000'

/** Submodules are neither: their objects live elsewhere. */
export function kindOf(item: TreeItem): 'folder' | 'blob' | 'submodule' {
  if (item.mode === folderMode) return 'folder'
  return item.mode === submoduleMode ? 'submodule' : 'blob'
}

export function hashObject(type: ObjectType, body: Buffer): Oid {
  return hash('sha1', Buffer.concat([Buffer.from(`${type} ${body.length}\0`, 'latin1'), body]))
}

/** Text of ASCII only, where characters and bytes are the same. */
const ascii = /^[\u0000-\u007f]*$/

export function nameToBytes(name: string): string {
  return ascii.test(name) ? name : Buffer.from(name, 'utf8').toString('latin1')
}

export function nameFromBytes(name: string): string {
  return ascii.test(name) ? name : Buffer.from(name, 'latin1').toString('utf8')
}

/** Git sorts a folder as if its name ended in `/`. */
function treeOrder(a: TreeItem, b: TreeItem): number {
  if (a.mode !== folderMode && b.mode !== folderMode) return a.name < b.name ? -1 : Number(a.name > b.name)
  const left = a.mode === folderMode ? `${a.name}/` : a.name
  const right = b.mode === folderMode ? `${b.name}/` : b.name
  return left < right ? -1 : Number(left > right)
}

export function sortTree(items: readonly TreeItem[]): readonly TreeItem[] {
  return items.toSorted(treeOrder)
}

/** Items must be in git's order. */
export function encodeTree(items: readonly TreeItem[]): Buffer {
  const size = items.reduce((sum, { mode, name }) => sum + mode.length + name.length + 22, 0)
  const body = Buffer.allocUnsafe(size)
  let at = 0
  for (const { mode, name, oid } of items) {
    at += body.write(`${mode} ${name}\0`, at, 'latin1')
    at += body.write(oid, at, 'hex')
  }
  return body
}

export function parseTree(body: Buffer): readonly TreeItem[] {
  const items: TreeItem[] = []
  let at = 0
  while (at < body.length) {
    const space = body.indexOf(0x20, at)
    const end = body.indexOf(0, space)
    const name = body.toString('latin1', space + 1, end)
    items.push({
      mode: body.toString('latin1', at, space),
      name,
      oid: body.toString('hex', end + 1, end + 21),
    })
    at = end + 21
  }
  return items
}

export type CommitContent = Omit<Commit, 'oid'>

/** Author and committer are one and the same, at UTC. The message is kept byte for byte. */
export function encodeCommit(commit: CommitContent): Buffer {
  if (commit.message.includes('\0')) throw refused('commit-tree', 'a commit message holds no NUL')
  if (!Number.isSafeInteger(commit.time) || commit.time < 0)
    throw refused('commit-tree', `not a commit time: ${commit.time}`)
  const { name, email } = cleanSignature(commit.author)
  const who = `${name} <${email}> ${commit.time} +0000`
  const parents = commit.parents.map((parent) => `parent ${parent}\n`).join('')
  return Buffer.from(
    `tree ${commit.tree}\n${parents}author ${who}\ncommitter ${who}\n\n${commit.message}`,
    'utf8',
  )
}

/** Without what git's format can not hold (`<`, `>`, line ends), as git itself leaves it out. A name is never empty. */
export function cleanSignature(signature: Signature): Signature {
  const email = clean(signature.email)
  const name = clean(signature.name)
  return { name: name === '' ? email || 'unknown' : name, email }
}

function clean(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[<>\n\r\0]/g, '')
    .trim()
}

/** Reads also commits of others: signed, merged, with foreign headers. Time is the committer's: when it landed. */
export function parseCommit(oid: Oid, body: Buffer): Commit {
  const text = body.toString('utf8')
  const end = text.indexOf('\n\n')
  const headers = (end < 0 ? text : text.slice(0, end)).split('\n')
  const values = (key: string): string[] =>
    headers.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1))
  return {
    oid,
    tree: values('tree')[0] ?? '',
    parents: values('parent'),
    author: parsePerson(values('author')[0] ?? '').signature,
    time: parsePerson(values('committer')[0] ?? '').time,
    message: end < 0 ? '' : text.slice(end + 2),
  }
}

function parsePerson(line: string): { readonly signature: Signature; readonly time: number } {
  const match = /^(.*?) ?<(.*)> (\d+) [+-]\d+$/.exec(line)
  return { signature: { name: match?.[1] ?? '', email: match?.[2] ?? '' }, time: Number(match?.[3] ?? 0) }
}
