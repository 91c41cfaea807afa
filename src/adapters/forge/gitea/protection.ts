import { isDeepStrictEqual } from 'node:util'
import { ForgeError } from '../errors.ts'
import { valueAt } from '../hosted/read-reply.ts'
import type { GiteaClient, GiteaRepository } from './client.ts'

/**
 * Protects a branch as Halyard needs it: only `bot` pushes (its ledger) and merges, and a merge needs the status
 * `halyard/gates`, for administrators too. Other rules of the protection stay. The token needs administration of the
 * repository. Returns what had to be done.
 */
export async function ensureProtection(
  client: GiteaClient,
  { owner, name }: GiteaRepository,
  { branch, bot }: { readonly branch: string; readonly bot: string },
): Promise<'made' | 'changed' | 'kept'> {
  const rules = ['repos', owner, name, 'branch_protections']
  const existing = await find(client, [...rules, branch])
  const contexts = valueAt(existing, 'status_check_contexts')
  const others = Array.isArray(contexts) ? contexts.filter((one) => one !== 'halyard/gates') : []
  const wanted = {
    enable_push: true,
    enable_push_whitelist: true,
    push_whitelist_usernames: [bot],
    push_whitelist_teams: [],
    push_whitelist_deploy_keys: false,
    enable_force_push: false,
    enable_merge_whitelist: true,
    merge_whitelist_usernames: [bot],
    merge_whitelist_teams: [],
    enable_status_check: true,
    status_check_contexts: [...others, 'halyard/gates'],
    block_admin_merge_override: true,
  }
  if (existing === undefined) {
    await client.ask({
      method: 'POST',
      path: rules,
      body: { rule_name: branch, branch_name: branch, ...wanted },
    })
    return 'made'
  }
  const isKept = Object.entries(wanted).every(([field, value]) => {
    const now = valueAt(existing, field)
    return isDeepStrictEqual(now ?? emptyOf(value), value)
  })
  if (isKept) return 'kept'
  await client.ask({ method: 'PATCH', path: [...rules, branch], body: wanted })
  return 'changed'
}

/** What Gitea means by leaving a field out. */
function emptyOf(value: unknown): unknown {
  return Array.isArray(value) ? [] : false
}

async function find(client: GiteaClient, path: readonly string[]): Promise<unknown> {
  try {
    return await client.ask({ path })
  } catch (error) {
    if (error instanceof ForgeError && error.fault === 'notFound') return undefined
    throw error
  }
}
