import type { PushOutcome, RefUpdate } from '../port.ts'
import { parseRefs } from './refs.ts'
import { gitFailure, runGit } from './run-git.ts'

/**
 * Pushes all updates or none, each under a lease on the value it expects (git-push(1), --force-with-lease with an
 * explicit value; without one, a fetch in between would lift the lease). A refusal is judged by what the remote has
 * then: everything as wanted means that an earlier push arrived and its reply was lost.
 */
export async function pushUpdates(repository: string, updates: readonly RefUpdate[]): Promise<PushOutcome> {
  if (updates.length === 0) return { kind: 'pushed' }
  const leases = updates.map(({ ref, expected }) => `--force-with-lease=${ref}:${expected ?? ''}`)
  const refspecs = updates.map(({ ref, to }) => `${to ?? ''}:${ref}`)
  const args = [
    'push',
    '--quiet',
    '--atomic',
    '--porcelain',
    '--no-verify',
    ...leases,
    '--end-of-options',
    'origin',
    ...refspecs,
  ]
  const result = await runGit({ repository, args, answers: [0, 1, 128], network: true })
  if (result.exitCode === 0) return { kind: 'pushed' }

  const there = await remoteRefs(repository, updates)
  const open = updates.filter(({ ref, to }) => there.get(ref) !== to)
  if (open.length === 0) return { kind: 'pushed' }
  if (open.some(({ ref, expected }) => there.get(ref) !== expected)) return { kind: 'stale' }
  if (open.length < updates.length) return pushUpdates(repository, open)
  const reason = refusal(result.stdout, result.stderr)
  if (reason === undefined) throw gitFailure(args, result.exitCode, result.stderr)
  return { kind: 'rejected', reason }
}

async function remoteRefs(
  repository: string,
  updates: readonly RefUpdate[],
): Promise<ReadonlyMap<string, string>> {
  const args = [
    'ls-remote',
    '--refs',
    '--quiet',
    '--end-of-options',
    'origin',
    ...updates.map(({ ref }) => ref),
  ]
  const { stdout } = await runGit({ repository, args, network: true })
  return parseRefs(stdout, '\t', ['refs/'])
}

/** What the remote's hook or rule says; undefined: the push did not get as far as being refused. */
function refusal(stdout: string, stderr: string): string | undefined {
  const refusedLines = stdout.split('\n').filter((line) => line.startsWith('!'))
  if (refusedLines.length === 0) return undefined
  const said = stderr
    .split('\n')
    .flatMap((line) => (line.startsWith('remote: ') ? [line.slice(8).trim()] : []))
  const summaries = refusedLines.map((line) => /\(([^)]*)\)$/.exec(line)?.[1] ?? line)
  return [...new Set([...said.filter((line) => line !== ''), ...summaries])].join('; ')
}
