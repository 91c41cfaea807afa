import { setTimeout as sleep } from 'node:timers/promises'
import { createHostedForge } from '../hosted/hosted-forge.ts'
import { textAt } from '../hosted/read-reply.ts'
import type { Forge } from '../port.ts'
import { createGiteaApi } from './api.ts'
import { createGiteaClient, type GiteaClientOptions } from './client.ts'
import { ensureProtection } from './protection.ts'

export interface GiteaForge extends Forge {
  /** Protects a branch as `halyard/gates` needs it, with rights that only an administrator's token has. */
  ensureProtection(branch: string): Promise<'made' | 'changed' | 'kept'>
}

export interface GiteaForgeOptions extends GiteaClientOptions {
  /** The account that merges, for `ensureProtection`. Default: the token's own. */
  readonly bot?: string
}

/** Pull requests on Gitea or Forgejo. Nothing is asked before the first call. */
export function createGiteaForge(options: GiteaForgeOptions): GiteaForge {
  const client = createGiteaClient(options)
  const pause = async (milliseconds: number): Promise<void> => sleep(milliseconds)
  const api = createGiteaApi(client, options.repository, pause)
  return {
    ...createHostedForge({ api, limit: client.limit, pause }),
    async ensureProtection(branch) {
      const bot = options.bot ?? textAt(await client.ask({ path: ['user'] }), 'login')
      return ensureProtection(client, options.repository, { branch, bot })
    },
  }
}
