import { createMemoryClone, createMemoryRepository } from '../../../src/adapters/git/memory.ts'
import { describeGitContract } from './contract.ts'

describeGitContract('in memory', async () => {
  let refusal: string | undefined
  const remote = createMemoryRepository({ refuse: () => refusal })
  return {
    remote,
    clone: async () => createMemoryClone(remote),
    async refuse(reason) {
      refusal = reason
    },
    dispose: async () => remote.close(),
  }
})
