import { checkPath, checkRevisions, compareText, isOid } from '../names.ts'
import type { HistoryStep, Oid, PathChange, TreeEntry } from '../port.ts'
import { readRecords, runGit } from './run-git.ts'

/** Git's own answers, read as lists. Paths are literal; the environment of git says so. */
export async function listTree(
  repository: string,
  revision: Oid,
  prefix: string,
): Promise<readonly TreeEntry[]> {
  checkRevisions(revision)
  const args = ['ls-tree', '-r', '-z', '--full-tree', '--end-of-options', revision, ...below(prefix)]
  const entries: TreeEntry[] = []
  await readRecords({ repository, args }, (line) => {
    const tab = line.indexOf('\t')
    const [, type, oid = ''] = line.slice(0, tab).split(' ')
    if (type === 'blob') entries.push({ path: line.slice(tab + 1), oid })
  })
  return inOrder(entries)
}

/** Git's order is that of bytes: nearly always ours already, and a fleet has many files. */
function inOrder(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  const isSorted = entries.every(
    ({ path }, index) => index === 0 || compareText(entries[index - 1]?.path ?? '', path) <= 0,
  )
  return isSorted ? entries : entries.toSorted((a, b) => compareText(a.path, b.path))
}

export async function listChanges(
  repository: string,
  from: Oid,
  to: Oid,
  prefix: string,
): Promise<readonly PathChange[]> {
  checkRevisions(from, to)
  const options = ['-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--ignore-submodules=all']
  const args = ['diff-tree', ...options, '--end-of-options', from, to, ...below(prefix)]
  const { stdout } = await runGit({ repository, args })
  const fields = records(stdout)
  const changes: PathChange[] = []
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [, , before = '', after = ''] = (fields[at] ?? '').split(' ')
    const change = { path: fields[at + 1] ?? '', before: present(before), after: present(after) }
    if (change.before !== change.after) changes.push(change)
  }
  return changes.toSorted((a, b) => compareText(a.path, b.path))
}

export interface LogOptions {
  readonly until?: Oid
  readonly limit?: number
  readonly path?: string
}

/** Ids along first parents, newest first. */
export async function listHistory(
  repository: string,
  from: Oid,
  options: LogOptions,
): Promise<readonly Oid[]> {
  const { until, limit, path } = options
  checkRevisions(from, until)
  if (path !== undefined) checkPath(path)
  const count = limit === undefined ? [] : [`--max-count=${limit}`]
  const range = until === undefined ? [from] : [from, `^${until}`]
  const paths = path === undefined ? [] : [path]
  const args = ['rev-list', '--first-parent', ...count, '--end-of-options', ...range, '--', ...paths]
  const { stdout } = await runGit({ repository, args })
  return stdout.split('\n').filter(isOid)
}

/** One walk of git, read as it comes. Oldest first; `visit` is called for every commit. */
export async function walkHistory(
  repository: string,
  to: Oid,
  { prefix, until }: { readonly prefix: string; readonly until?: Oid },
  visit: (step: HistoryStep) => void,
): Promise<void> {
  checkRevisions(to, until)
  const line = ['--first-parent', '--sparse', '--diff-merges=first-parent', '--root', '--reverse']
  const raw = ['-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--ignore-submodules=all']
  const shown = ['--no-show-signature', '--format=%H %P']
  const range = until === undefined ? [to] : [to, `^${until}`]
  const args = ['log', ...line, ...raw, ...shown, '--end-of-options', ...range, ...below(prefix)]
  const reader = createStepReader(visit)
  await readRecords({ repository, args }, reader.record)
  reader.end()
}

/** A step is a record of commit ids, then two records for each path: what changed, and where. */
function createStepReader(visit: (step: HistoryStep) => void) {
  let step: { commit: Oid; parent: Oid | undefined; changes: PathChange[] } | undefined
  let change: string | undefined
  const end = (): void => {
    if (step) visit({ ...step, changes: step.changes.toSorted((a, b) => compareText(a.path, b.path)) })
    step = undefined
  }
  return {
    end,
    record(text: string): void {
      if (change !== undefined) {
        const [, , before = '', after = ''] = change.split(' ')
        if (before !== after)
          step?.changes.push({ path: text, before: present(before), after: present(after) })
        change = undefined
      } else if (/^\n?:/.test(text)) {
        change = text
      } else {
        end()
        const [commit = '', parent] = text.trim().split(' ')
        step = { commit, parent, changes: [] }
      }
    },
  }
}

function below(prefix: string): readonly string[] {
  if (prefix === '') return []
  checkPath(prefix)
  return ['--', `${prefix}/`]
}

function present(oid: string): Oid | undefined {
  return /^0+$/.test(oid) ? undefined : oid
}

function records(text: string): readonly string[] {
  return text === '' ? [] : text.slice(0, -1).split('\0')
}
