import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '../../../core/domain/time.ts'
import { createHostedForge } from '../hosted/hosted-forge.ts'
import { once } from '../hosted/once.ts'
import type { Forge } from '../port.ts'
import { createGitHubApi } from './api.ts'
import { createBudget } from './budget.ts'
import { type GitHubCredentials, type GitHubRepository, openClient } from './client.ts'

export interface GitHubForgeOptions {
  /** `https://api.github.com`, or `https://<host>/api/v3` of GitHub Enterprise Server. */
  readonly apiUrl: string
  readonly repository: GitHubRepository
  readonly credentials: GitHubCredentials
  readonly clock: () => Instant
  /** False: no pauses between changes and repeated reads, for servers that count nothing. Default true. */
  readonly paced?: boolean
}

/** Pull requests on GitHub. Nothing is asked or loaded before the first call. */
export function createGitHubForge(options: GitHubForgeOptions): Forge {
  const { clock, paced = true } = options
  const budget = createBudget(clock)
  const client = once(async () => openClient({ ...options, budget, paced }))
  const pause = async (milliseconds: number): Promise<void> => sleep(paced ? milliseconds : 1)
  const api = createGitHubApi({ repository: options.repository, client, clock, pause })
  return createHostedForge({ api, limit: budget.limit, pause })
}
