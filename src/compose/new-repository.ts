import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Signature } from '../adapters/git/port.ts'
import type { CreatedRepository, RepositoryDraft } from '../entrypoints/cli/deps.ts'
import { fail, mainBranch, mainRef } from './places.ts'

/**
 * Makes a folder with files and, unless it is to be a folder alone, a repository with one commit of them. All of it is
 * made beside its place and put there at the end: after a failure or Ctrl-C nothing is left.
 */
export async function createRepository(
  { path, files, message, kind }: RepositoryDraft,
  signal: AbortSignal,
): Promise<CreatedRepository> {
  const target = resolve(path)
  requireEmpty(target)
  const author = kind === 'folder' ? undefined : await requireAuthor(firstFolder(target))
  const made = makeFolders(target)
  const staging = mkdtempSync(join(target, '.halctl-'))
  const undo = (): void => {
    rmSync(staging, { recursive: true, force: true })
    if (made !== undefined && readdirSync(target).length === 0) rmSync(made, { recursive: true, force: true })
  }
  const undoAtExit = (): void => undo()
  process.once('exit', undoAtExit)
  try {
    const commit = await fill(staging, { files, message, kind, author })
    signal.throwIfAborted()
    for (const name of readdirSync(staging)) renameSync(join(staging, name), join(target, name))
    return { path: target, commit }
  } finally {
    process.off('exit', undoAtExit)
    undo()
  }
}

function requireEmpty(target: string): void {
  if (!existsSync(target)) return
  if (!statSync(target).isDirectory()) fail(`${target} is a file`, 'name a folder that is new or empty')
  if (readdirSync(target).length > 0)
    fail(`${target} is not empty`, 'name a folder that is new or empty: what is there is left alone')
}

/** The first folder that had to be made; undefined: all were there. */
function makeFolders(target: string): string | undefined {
  return mkdirSync(target, { recursive: true })
}

/** The folder, or the nearest one above that exists: its git configuration names the author. */
function firstFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : firstFolder(dirname(path))
}

async function requireAuthor(folder: string): Promise<Signature> {
  const { readAuthor } = await import('../adapters/git/system.ts')
  return (
    (await readAuthor(folder)) ??
    fail(
      'git knows no name and address for you, and the first commit has an author',
      'run git config --global user.name "…" and git config --global user.email …, or add --no-git',
    )
  )
}

interface Content extends Pick<RepositoryDraft, 'files' | 'message' | 'kind'> {
  readonly author: Signature | undefined
}

async function fill(staging: string, { files, message, kind, author }: Content): Promise<string | null> {
  if (kind !== 'bare') writeFiles(staging, files)
  if (author === undefined) return null
  const { initRepository, initWorkTree } = await import('../adapters/git/system.ts')
  if (kind === 'workTree') return initWorkTree(staging, { branch: mainBranch, message })
  const repository = await initRepository(staging, { branch: mainBranch })
  try {
    const changes = [...files].map(([path, text]) => ({ path, text }))
    const time = Math.floor(Date.now() / 1000)
    const [commit] = await repository.writeCommits([{ parent: undefined, changes, message, author, time }])
    if (commit === undefined) throw new Error('a commit was written, but has no id')
    await repository.updateRefs([{ ref: mainRef, expected: undefined, to: commit }])
    return commit
  } finally {
    await repository.close()
  }
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    mkdirSync(join(folder, path, '..'), { recursive: true })
    writeFileSync(join(folder, path), text, { flag: 'wx' })
  }
}
