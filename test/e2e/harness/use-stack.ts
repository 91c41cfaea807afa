import { afterAll, afterEach, beforeAll, describe, inject } from 'vitest'
import { type Stack, startStack } from './stack.ts'

/** A stack for the tests of a file, which are skipped where it can not be built. Its files are kept when one fails. */
export function describeOnStack(name: string, tests: (stack: () => Stack) => void): void {
  const files = inject('stack')
  // oxlint-disable-next-line vitest/valid-title -- the name is the caller's
  describe.skipIf(files === undefined)(name, () => {
    let stack: Stack | undefined
    let failed = false
    beforeAll(async () => {
      failed = true
      if (files) stack = await startStack(files)
      failed = false
    })
    afterEach(({ task }) => {
      if (task.result?.state === 'fail') failed = true
    })
    afterAll(async () => stack?.stop({ keep: failed }))
    tests(() => {
      if (!stack) throw new Error('the stack runs only within tests')
      return stack
    })
  })
}
