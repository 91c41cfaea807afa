import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Removes the lock files that a killed git left on refs and configuration. Git holds such a lock for milliseconds,
 * so one that is older than `staleAfter` milliseconds belongs to nobody. A younger one is left: until it is old enough,
 * calls that need it fail as retryable. Runs when a repository is opened and when a change of refs has failed. Who knows
 * that no other process works on the repository may call it with 0.
 */
export async function removeStaleLocks(repository: string, staleAfter = longAfter): Promise<void> {
  const top = ['HEAD.lock', 'config.lock', 'packed-refs.lock', 'shallow.lock']
  const below = await readdir(join(repository, 'refs'), { recursive: true }).catch(() => [])
  const locks = [...top, ...below.filter((name) => name.endsWith('.lock')).map((name) => join('refs', name))]
  await Promise.all(locks.map(async (lock) => removeIfStale(join(repository, lock), staleAfter)))
}

/** Far longer than git needs for any ref transaction, packed-refs of 100,000 refs included. */
const longAfter = 10_000

async function removeIfStale(path: string, staleAfter: number): Promise<void> {
  const lock = await stat(path).catch(() => undefined)
  if (lock !== undefined && Date.now() - lock.mtimeMs >= staleAfter) await rm(path, { force: true })
}
