import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GitError } from '../../src/adapters/git/git-error.ts'
import { initRepository, openClone } from '../../src/adapters/git/system.ts'
import { openStore } from '../../src/adapters/store/store.ts'
import { writeCommit } from '../adapters/git/contract.ts'

/**
 * Disks that take nothing more. A damaged clone is cloned anew, a lock that was left is removed, a fresh one is waited
 * for: see `adapters/git/system/crash.test.ts`. These need the right to mount, as root in a container has it.
 */
const run = promisify(execFile)

const mayMount = await (async () => {
  const folder = await mkdtemp(join(tmpdir(), 'halyard-mount-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder])
    await run('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})()

describe.skipIf(!mayMount)('a disk', () => {
  let folder: string
  let small: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'halyard-disk-'))
    small = join(folder, 'small')
    await run('mkdir', [small])
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', small])
  })
  afterEach(async () => {
    await run('umount', ['-l', small])
    await rm(folder, { recursive: true, force: true })
  })

  async function world() {
    const path = join(folder, 'remote.git')
    const remote = await initRepository(path, { branch: 'main' })
    const first = await writeCommit(remote, [{ path: 'a', text: '1' }])
    await remote.updateRefs([{ ref: 'refs/heads/main', expected: undefined, to: first }])
    const clone = await openClone({ path: join(small, 'clone.git'), url: `file://${path}` })
    await clone.fetch(['refs/heads/'])
    return { remote, clone, first }
  }

  /** Different at each line, so that it does not shrink when it is packed. */
  function noise(size: number): string {
    let seed = 1
    const next = (): number => (seed = (seed * 48_271) % 2_147_483_647)
    return Array.from({ length: size / 8 }, () => next().toString(36).padStart(8, '0').slice(0, 8)).join('')
  }

  it('that is full is told, nothing moves, and work goes on once there is room', async () => {
    const { remote, clone, first } = await world()
    const filler = join(small, 'filler')
    await writeFile(filler, Buffer.alloc(4 << 20)).catch(() => {})
    await expect(writeCommit(clone, [{ path: 'b', text: noise(400_000) }], first)).rejects.toThrow(
      /^objects could not be written: ENOSPC: no space left on device/,
    )
    expect(await remote.resolve('refs/heads/main')).toBe(first)
    expect(await clone.resolve('refs/heads/main')).toBe(first)
    await rm(filler)
    const next = await writeCommit(clone, [{ path: 'b', text: 'small' }], first)
    const moved = { ref: 'refs/heads/main', expected: first, to: next }
    expect(await clone.push([moved])).toEqual({ kind: 'pushed' })
    await clone.close()
    await remote.close()
  })

  it('that is read-only is told, and nothing moves', async () => {
    const { remote, clone, first } = await world()
    await run('mount', ['-o', 'remount,ro', small])
    await expect(writeCommit(clone, [{ path: 'b', text: '1' }], first)).rejects.toThrow(
      /^objects could not be written: EROFS: read-only file system/,
    )
    await expect(clone.updateRefs([{ ref: 'refs/heads/x', expected: undefined, to: first }])).rejects.toThrow(
      GitError,
    )
    expect(await clone.tree(first)).toHaveLength(1)
    expect(await remote.resolve('refs/heads/main')).toBe(first)
    await clone.close()
    await remote.close()
  })

  it('that is read-only keeps the store from opening, which says so', async () => {
    await run('mount', ['-o', 'remount,ro', small])
    expect(() => openStore(join(small, 'store.sqlite'))).toThrow(/unable to open|readonly|read-only/i)
  })
})
