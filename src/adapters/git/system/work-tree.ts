import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { GitError, refused } from '../git-error.ts'
import type { Oid, Signature } from '../port.ts'
import { readAuthor } from './identity.ts'
import { runGit, type GitResult } from './run-git.ts'

/** A checked-out repository, or a folder of one. */
export interface WorkTree {
  /** Undefined: git knows no name and address. */
  author(): Promise<Signature | undefined>
  /**
   * Commits exactly these paths, whatever else is changed or staged, as `git commit --only` does: with the caller's
   * identity, hooks and signature. When anything fails, files, index and branch are as before.
   */
  commitPaths(commit: PathCommit): Promise<PathCommitOutcome>
  /** Where the folder is in its repository (`a/b/`, empty at its root), and the commit that is checked out. */
  position(): Promise<{ readonly prefix: string; readonly head: Oid | undefined }>
  /** How it stands to its commit and to the branch that it follows. */
  standing(): Promise<WorkTreeStanding>
  /** Fetches a branch of the remote that this one is pushed to, else of `origin`; undefined: it has no such branch. */
  fetchBranch(branch: string): Promise<Oid | undefined>
  /** Makes a branch on that remote, which has none of that name. */
  pushBranch(branch: string, commit: Oid): Promise<void>
}

export interface WorkTreeStanding {
  readonly head: Oid | undefined
  /** No file in the folder is changed or new. */
  readonly isClean: boolean
  /** The branch that it follows has every commit of it. */
  readonly isPushed: boolean
}

export interface PathCommit {
  /** Paths are relative to the folder. A file to write must not exist, or hold what it `replaces`. */
  readonly changes: readonly PathChange[]
  readonly message: string
  /** Pushes the branch to where it comes from. It may hold no other commit that is not there yet. */
  readonly push: boolean
}

type PathChange =
  | { readonly path: string; readonly text: string; readonly replaces?: string }
  | { readonly path: string; readonly remove: true }

export type PathCommitOutcome =
  | { readonly kind: 'committed'; readonly commit: Oid; readonly branch: string }
  | { readonly kind: 'refused'; readonly reason: string; readonly remedy: string }

/** Undefined: the folder is in no work tree. */
export async function openWorkTree(folder: string): Promise<WorkTree | undefined> {
  const git = async (args: readonly string[], answers: readonly number[] = [0], input?: string) =>
    runGit({
      repository: undefined,
      args: ['-C', folder, ...args],
      answers,
      ...(input === undefined ? {} : { input }),
    })
  const inside = await git(['rev-parse', '--is-inside-work-tree'], [0, 128])
  if (inside.stdout.trim() !== 'true') return undefined
  return {
    author: async () => readAuthor(folder),
    commitPaths: async (commit) => commitPaths(folder, git, commit),
    position: async () => ({
      prefix: (await git(['rev-parse', '--show-prefix'])).stdout.trim(),
      head: await headOf(git),
    }),
    async standing() {
      const { stdout } = await git(['status', '--porcelain=v2', '--branch', '-z', '--', '.'])
      const lines = stdout.split('\0').filter((line) => line !== '')
      const [, head] = /^# branch\.oid ([0-9a-f]{40})$/m.exec(lines.join('\n')) ?? []
      return {
        head,
        isClean: lines.every((line) => line.startsWith('# ')),
        isPushed: lines.some((line) => line.startsWith('# branch.ab +0 ')),
      }
    },
    async fetchBranch(branch) {
      const ref = `refs/heads/${branch}`
      const remote = await remoteOf(git)
      const listed = await git(['ls-remote', '--end-of-options', remote, ref])
      const [, oid] = /^([0-9a-f]{40})\t/.exec(listed.stdout) ?? []
      if (oid !== undefined) await git(['fetch', '--quiet', '--no-tags', '--end-of-options', remote, ref])
      return oid
    },
    async pushBranch(branch, commit) {
      const ref = `refs/heads/${branch}`
      const args = ['push', '--quiet', `--force-with-lease=${ref}:`, '--end-of-options']
      await git([...args, await remoteOf(git), `${commit}:${ref}`])
    },
  }
}

async function remoteOf(git: Git): Promise<string> {
  const branch = (await git(['symbolic-ref', '--quiet', '--short', 'HEAD'], [0, 1])).stdout.trim()
  return (branch === '' ? '' : await configOf(git, `branch.${branch}.remote`)) || 'origin'
}

type Git = (args: readonly string[], answers?: readonly number[], input?: string) => Promise<GitResult>

async function commitPaths(
  folder: string,
  git: Git,
  { changes, message, push }: PathCommit,
): Promise<PathCommitOutcome> {
  const branch = (await git(['symbolic-ref', '--quiet', '--short', 'HEAD'], [0, 1])).stdout.trim()
  if (push) {
    const obstacle = await whyNotPushed(git, branch)
    if (obstacle !== undefined) return { kind: 'refused', ...obstacle }
  }
  const before = await headOf(git)
  const undoing: (() => Promise<unknown>)[] = []
  try {
    for (const change of changes) undoing.unshift(await applyChange(folder, git, change))
    const paths = changes.map(({ path }) => path)
    await git(['commit', '--quiet', '--only', '--file=-', '--', ...paths], [0], message)
    const commit = await headOf(git)
    if (commit === undefined || commit === before) throw new Error('git commit ended well without a commit')
    undoing.push(async () => moveHead(git, commit, before))
    if (push) await git(['push', '--quiet', ...(await pushTarget(git, branch, commit))])
    return { kind: 'committed', commit, branch: branch === '' ? 'a detached HEAD' : branch }
  } catch (error) {
    for (const undo of undoing) await undo()
    if (!(error instanceof GitError)) throw error
    return { kind: 'refused', ...explainFailure(error) }
  }
}

/** Does one change to the file, and returns what takes it back from file and index. */
async function applyChange(folder: string, git: Git, change: PathChange): Promise<() => Promise<unknown>> {
  const file = join(folder, change.path)
  if ('remove' in change) {
    const text = await readFile(file)
    const staged = await git(['ls-files', '--stage', '-z', '--', change.path])
    await rm(file)
    return async () => {
      await writeFile(file, text)
      if (staged.stdout !== '') await restoreIndex(git, staged.stdout)
    }
  }
  if (change.replaces !== undefined) return replaceFile(file, git, change, change.replaces)
  const made = await mkdir(dirname(file), { recursive: true })
  await writeFile(file, change.text, { flag: 'wx' })
  const undo = async (): Promise<void> => {
    await git(['update-index', '--force-remove', '--', change.path])
    await rm(made ?? file, { recursive: true, force: true })
  }
  try {
    await git(['add', '--', change.path])
  } catch (error) {
    await undo()
    throw error
  }
  return undo
}

async function replaceFile(
  file: string,
  git: Git,
  { path, text }: { readonly path: string; readonly text: string },
  replaces: string,
): Promise<() => Promise<unknown>> {
  const before = await readFile(file)
  if (before.toString('utf8') !== replaces) throw refused('commit', `${path} changed meanwhile`)
  const staged = await git(['ls-files', '--stage', '-z', '--', path])
  await writeFile(file, text)
  return async () => {
    await writeFile(file, before)
    if (staged.stdout !== '') await restoreIndex(git, staged.stdout)
  }
}

/** Lines of `ls-files --stage -z` are what `update-index --index-info` takes. */
async function restoreIndex(git: Git, lines: string): Promise<void> {
  const prefix = (await git(['rev-parse', '--show-prefix'])).stdout.trim()
  await git(['update-index', '-z', '--index-info'], [0], lines.replaceAll('\t', `\t${prefix}`))
}

async function headOf(git: Git): Promise<Oid | undefined> {
  const { stdout } = await git(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}'], [0, 1])
  return stdout.trim() || undefined
}

async function moveHead(git: Git, from: Oid, to: Oid | undefined): Promise<void> {
  const change = to === undefined ? ['-d', 'HEAD', from] : ['HEAD', to, from]
  await git(['update-ref', '-m', 'take back a commit that was not pushed', ...change])
}

/** A push may carry nothing but the new commit. */
async function whyNotPushed(
  git: Git,
  branch: string,
): Promise<{ reason: string; remedy: string } | undefined> {
  const remote = await configOf(git, `branch.${branch}.remote`)
  if (branch === '' || remote === '')
    return {
      reason: `${branch === '' ? 'a detached HEAD' : branch} has no branch that it is pushed to`,
      remedy: `set one: git branch --set-upstream-to=origin/main`,
    }
  await git(['fetch', '--quiet', '--end-of-options', remote])
  const ahead = Number((await git(['rev-list', '--count', '@{upstream}..HEAD'])).stdout)
  const behind = Number((await git(['rev-list', '--count', 'HEAD..@{upstream}'])).stdout)
  if (ahead > 0)
    return {
      reason: `${branch} has ${ahead} commit${ahead === 1 ? '' : 's'} that would be pushed too`,
      remedy: 'push or move them first, or leave out --push and push by hand',
    }
  if (behind > 0)
    return { reason: `${branch} is behind ${remote} by ${behind}`, remedy: 'run git pull, and try again' }
  return undefined
}

async function pushTarget(git: Git, branch: string, commit: Oid): Promise<readonly string[]> {
  const remote = await configOf(git, `branch.${branch}.remote`)
  const merge = await configOf(git, `branch.${branch}.merge`)
  return ['--end-of-options', remote, `${commit}:${merge}`]
}

async function configOf(git: Git, name: string): Promise<string> {
  return (await git(['config', '--get', name], [0, 1])).stdout.trim()
}

function explainFailure(error: GitError): { reason: string; remedy: string } {
  const reason = error.stderr.trim() || error.message
  return {
    reason: `nothing was committed: ${reason}`,
    remedy: error.retryable ? 'try again' : remedyFor(reason),
  }
}

function remedyFor(reason: string): string {
  if (/non-fast-forward|fetch first|stale info/.test(reason)) return 'run git pull, and try again'
  if (/remote rejected/.test(reason)) return 'commit without --push, and open a pull request'
  return 'mend what git says, and try again'
}
