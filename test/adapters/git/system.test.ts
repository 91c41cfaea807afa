import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { initRepository, openClone } from '../../../src/adapters/git/system.ts'
import { describeGitContract } from './contract.ts'
import type { GitWorld } from './contract.ts'

const places = {
  'on disk, borrowing from a remote on this machine': (path: string) => path,
  'on disk, with a remote that is reached by transport': (path: string) => pathToFileURL(path).href,
}

for (const [name, urlOf] of Object.entries(places)) describeGitContract(name, async () => createWorld(urlOf))

async function createWorld(urlOf: (path: string) => string): Promise<GitWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'halyard-git-'))
  const path = join(folder, 'remote.git')
  const remote = await initRepository(path, { branch: 'main' })
  let clones = 0
  return {
    remote,
    async clone() {
      clones += 1
      return openClone({ path: join(folder, `clone-${clones}.git`), url: urlOf(path) })
    },
    async refuse(reason) {
      const hook = join(path, 'hooks', 'pre-receive')
      if (reason === undefined) await rm(hook)
      else await writeFile(hook, `#!/bin/sh\necho '${reason}'\nexit 1\n`, { mode: 0o755 })
    },
    async dispose() {
      await remote.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
