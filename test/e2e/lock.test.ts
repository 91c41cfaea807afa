import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { withLock } from './stack/lock.ts'

describe('The lock of a build', () => {
  it('lets one work at a time, tells who waits once, and is free again after a failure', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'lock-')), 'lock')
    const told: string[] = []
    const finish = Promise.withResolvers<void>()
    const first = withLock(
      path,
      () => told.push('first waits'),
      async () => {
        await finish.promise
        told.push('first fails')
        throw new Error('the build failed')
      },
    )
    const second = withLock(
      path,
      () => {
        told.push('second waits')
        finish.resolve()
      },
      async () => told.push('second builds'),
    )
    await expect(first).rejects.toThrow('the build failed')
    await second
    expect(told).toEqual(['second waits', 'first fails', 'second builds'])
  })
})
