import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { initRepository, openClone } from '../../../src/adapters/git/system.ts'
import { describeGitContract } from './contract.ts'

describeGitContract('on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'halyard-git-'))
  const url = join(folder, 'remote.git')
  const remote = await initRepository(url, { branch: 'main' })
  let clones = 0
  return {
    remote,
    async clone() {
      clones += 1
      return openClone({ path: join(folder, `clone-${clones}.git`), url })
    },
    async refuse(reason) {
      const hook = join(url, 'hooks', 'pre-receive')
      if (reason === undefined) await rm(hook)
      else await writeFile(hook, `#!/bin/sh\necho '${reason}'\nexit 1\n`, { mode: 0o755 })
    },
    async dispose() {
      await remote.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})
