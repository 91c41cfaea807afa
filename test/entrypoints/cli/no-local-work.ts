import type { LocalWork } from '../../../src/entrypoints/cli/deps.ts'

/** For commands that touch nothing on the machine apart from their repositories. */
export const noLocalWork: LocalWork = {
  describeSource: async () => ({ commit: undefined, author: undefined }),
  createRepository: async () => {
    throw new Error('no repository is made here')
  },
  readPackage: async () => new Map(),
  listNames: async () => [],
  version: '0.0.0',
}
