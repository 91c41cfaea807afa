import { ForgeError } from '../errors.ts'
import type { CommitStatus } from '../port.ts'
import type { HostedComment, HostedPull } from './api.ts'

/** The value at a dotted path of a reply; undefined where it is missing or null. */
export function valueAt(reply: unknown, path: string): unknown {
  let value: unknown = reply
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Readonly<Record<string, unknown>>)[key] ?? undefined
  }
  return value
}

export function textAt(reply: unknown, path: string): string {
  const value = valueAt(reply, path)
  return typeof value === 'string' ? value : fail(path, 'a text')
}

export function optionalTextAt(reply: unknown, path: string): string | undefined {
  return valueAt(reply, path) === undefined ? undefined : textAt(reply, path)
}

export function numberAt(reply: unknown, path: string): number {
  const value = valueAt(reply, path)
  return typeof value === 'number' ? value : fail(path, 'a number')
}

export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : fail('reply', 'a list')
}

/** All pages of a listing, as long as each is full. `ask`: page from 1 to the reply. */
export async function everyPage(
  size: number,
  ask: (page: number) => Promise<unknown>,
): Promise<readonly unknown[]> {
  const all: unknown[] = []
  for (let page = 1; ; page++) {
    const found = listOf(await ask(page))
    all.push(...found)
    if (found.length < size) return all
  }
}

/** GitHub's pull request, in which Gitea's is the same but for `merged` and the branch's name. */
export function readPull(reply: unknown): HostedPull {
  const base = valueAt(reply, 'base.repo.full_name')
  return {
    number: numberAt(reply, 'number'),
    branch: textAt(reply, 'head.ref'),
    base: textAt(reply, 'base.ref'),
    title: textAt(reply, 'title'),
    // Text that came from a browser ends its lines as HTTP forms do.
    body: (optionalTextAt(reply, 'body') ?? '').replaceAll('\r\n', '\n'),
    labels: listOf(valueAt(reply, 'labels') ?? []).map((label) => textAt(label, 'name')),
    headSha: textAt(reply, 'head.sha'),
    state: readState(reply),
    url: textAt(reply, 'html_url'),
    mergeCommit: optionalTextAt(reply, 'merge_commit_sha'),
    updatedAt: textAt(reply, 'updated_at'),
    askedReviewers: [
      ...listOf(valueAt(reply, 'requested_reviewers') ?? []).map((person) => textAt(person, 'login')),
      ...listOf(valueAt(reply, 'requested_teams') ?? []).map((team) => textAt(team, 'slug')),
    ],
    isOwn: base !== undefined && valueAt(reply, 'head.repo.full_name') === base,
  }
}

export function readComment(reply: unknown): HostedComment {
  return {
    id: numberAt(reply, 'id'),
    by: optionalTextAt(reply, 'user.login') ?? '',
    body: optionalTextAt(reply, 'body') ?? '',
  }
}

const gates: CommitStatus['context'] = 'halyard/gates'

/** The first status of `halyard/gates`. `stateField`: what the forge calls its state. */
export function readStatus(
  statuses: readonly unknown[],
  stateField: 'state' | 'status',
): CommitStatus | undefined {
  const latest = statuses.find((status) => textAt(status, 'context') === gates)
  if (latest === undefined) return undefined
  const state = textAt(latest, stateField)
  return {
    context: gates,
    state: state === 'success' || state === 'pending' ? state : 'failure',
    description: optionalTextAt(latest, 'description') ?? '',
  }
}

function readState(reply: unknown): HostedPull['state'] {
  const state = textAt(reply, 'state')
  if (state === 'open') return 'open'
  if (state !== 'closed') return fail('state', 'open or closed')
  const isMerged = valueAt(reply, 'merged') === true || valueAt(reply, 'merged_at') !== undefined
  return isMerged ? 'merged' : 'closed'
}

function fail(path: string, expected: string): never {
  throw new ForgeError(
    'malformed',
    `the forge answered without ${expected} at ${path}`,
    'if this lasts, look whether a proxy answers in place of the forge, and at the API address',
  )
}
