import { execFile, spawn } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { chmod, mkdir, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

import { expect, test, vi } from 'vitest'

import { GitError } from '../../../../src/adapters/git/git-error.ts'
import type { GitRepository } from '../../../../src/adapters/git/port.ts'
import { initRepository, openClone, openRepository } from '../../../../src/adapters/git/system.ts'
import { only, pathsOf, writeCommit } from '../contract.ts'
import { git, inTempFolder } from '../real-git.ts'

const main = 'refs/heads/main'
const system = join(import.meta.dirname, '../../../../src/adapters/git/system.ts')
const run = promisify(execFile)

/** A remote with one commit on main, and a clone with objects of its own that has fetched it and is closed again. */
async function clonedOnce(
  folder: string,
): Promise<{ readonly url: string; readonly path: string; readonly commit: string }> {
  const url = pathToFileURL(join(folder, 'remote.git')).href
  const path = join(folder, 'clone.git')
  const remote = await initRepository(join(folder, 'remote.git'), { branch: 'main' })
  const commit = await writeCommit(remote, [{ path: 'a/b', text: '1' }])
  await remote.updateRefs([{ ref: main, expected: undefined, to: commit }])
  await remote.close()
  const clone = await openClone({ path, url })
  await clone.fetch(['refs/heads/'])
  await clone.close()
  return { url, path, commit }
}

const damages: Readonly<Record<string, (path: string) => Promise<void>>> = {
  'no objects': async (path) => rm(join(path, 'objects'), { recursive: true }),
  'an objects folder that is empty': async (path) => {
    await rm(join(path, 'objects'), { recursive: true })
    await mkdir(join(path, 'objects'))
  },
  'no HEAD': async (path) => rm(join(path, 'HEAD')),
  'a ref cut short': async (path) => truncate(join(path, main), 10),
  'a broken configuration': async (path) => writeFile(join(path, 'config'), '[core'),
  'a commit without its tree': async (path) => {
    const tree = await git(path, ['rev-parse', `${main}^{tree}`])
    const object = join(path, 'objects', tree.slice(0, 2), tree.slice(2))
    await chmod(object, 0o644)
    await rm(object)
  },
}

test.each(Object.keys(damages))('a clone with %s is cloned anew', async (damage) => {
  await inTempFolder(async (folder) => {
    const { url, path, commit } = await clonedOnce(folder)
    await damages[damage]?.(path)
    const clone = await openClone({ path, url })
    await clone.fetch(['refs/heads/'])
    expect(await clone.resolve(main)).toBe(commit)
    expect(await pathsOf(clone, commit)).toEqual(['a/b'])
    await clone.close()
    expect(await git(path, ['fsck', '--full', '--strict'])).toBe('')
  })
})

test('a sound clone keeps its objects when it is opened again', async () => {
  await inTempFolder(async (folder) => {
    const { url, path } = await clonedOnce(folder)
    const clone = await openClone({ path, url })
    const own = await writeCommit(clone, [{ path: 'mine', text: '1' }])
    const blob = only(await clone.writeBlobs(['{}']))
    await clone.updateRefs([{ ref: 'refs/halyard/pulls/1', expected: undefined, to: blob }])
    await clone.close()
    const again = await openClone({ path, url })
    expect(await again.resolve(own)).toBe(own)
    await again.close()
  })
})

test('a folder with other files is never deleted for a clone', async () => {
  await inTempFolder(async (folder) => {
    const { url } = await clonedOnce(folder)
    const path = join(folder, 'home')
    await mkdir(path)
    await writeFile(join(path, 'thesis.txt'), 'years of work')
    await expect(openClone({ path, url })).rejects.toThrow(/holds other files/)
    await expect(openClone({ path: fileURLToPath(url), url })).rejects.toThrow(/its own remote/)
    expect(await readdir(path)).toEqual(['thesis.txt'])
  })
})

test.each(['--upload-pack=touch x', 'ext::sh -c true', ''])('the URL %j is refused', async (url) => {
  await inTempFolder(async (folder) => {
    await expect(openClone({ path: join(folder, 'clone.git'), url })).rejects.toThrow(GitError)
  })
})

test('a remote that is not there is an error, and the clone stays usable', async () => {
  await inTempFolder(async (folder) => {
    const clone = await openClone({ path: join(folder, 'clone.git'), url: join(folder, 'none.git') })
    const commit = await writeCommit(clone, [])
    await expect(clone.fetch(['refs/heads/'])).rejects.toThrow(GitError)
    await expect(clone.push([{ ref: main, expected: undefined, to: commit }])).rejects.toThrow(GitError)
    expect(await clone.resolve(commit)).toBe(commit)
    await clone.close()
  })
})

test('a server that can not be reached is worth another try', async () => {
  await inTempFolder(async (folder) => {
    const clone = await openClone({
      path: join(folder, 'clone.git'),
      url: 'http://ana:s3cret@127.0.0.1:9/fleet.git',
    })
    const error: unknown = await clone.fetch(['refs/heads/']).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name: 'GitError',
      retryable: true,
      message: expect.stringContaining('127.0.0.1'),
    })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('s3cret')
    await clone.close()
  })
})

test('killed in the middle of writes, a repository opens again and is whole', async () => {
  await inTempFolder(async (folder) => {
    const path = join(folder, 'fleet.git')
    await (await initRepository(path, { branch: 'main' })).close()
    const script = join(folder, 'write.ts')
    await writeFile(script, writeForEver)
    for (const moment of [1, 2, 3]) {
      await killAtCommit(script, path, moment)
      const repository = await openRepository(path)
      const head = await repository.resolve(main)
      const next = await writeCommit(repository, [{ path: `after-${moment}`, text: '1' }], head)
      await retried(async () => repository.updateRefs([{ ref: main, expected: head, to: next }]))
      expect(await pathsOf(repository, next)).toContain(`after-${moment}`)
      await repository.close()
      expect(await git(path, ['fsck', '--full', '--strict', '--no-dangling'])).toBe('')
    }
  })
})

const writeForEver = `
import { openRepository } from ${JSON.stringify(system)}
const [path] = process.argv.slice(2)
const repository = await openRepository(path)
for (let round = 0; ; round++) {
  const head = await repository.resolve('${main}')
  const changes = Array.from({ length: 3000 }, (_, index) => ({ path: 'd' + index + '/f', text: round + '-' + index + Math.random() }))
  const author = { name: 'a', email: 'a@example.com' }
  const [to] = await repository.writeCommits([{ parent: head, changes, message: 'round', author, time: round }])
  await repository.updateRefs([{ ref: '${main}', expected: head, to }])
  console.log('written')
}
`

/** Kills the writer and every git of it, some milliseconds into the write after the \`count\`th. */
async function killAtCommit(script: string, path: string, count: number): Promise<void> {
  const child = spawn(process.execPath, [script, path], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let seen = 0
  for await (const chunk of child.stdout) {
    seen += String(chunk).split('written').length - 1
    if (seen < count) continue
    // The pack is being stored when its temporary file shows up.
    await vi.waitFor(
      () =>
        expect(readdirSync(join(path, 'objects/pack')).some((name) => name.startsWith('tmp_'))).toBe(true),
      {
        timeout: 10_000,
        interval: 1,
      },
    )
    break
  }
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  await ended
}

async function retried<Result>(action: () => Promise<Result>): Promise<Result> {
  return vi.waitFor(action, { timeout: 20_000, interval: 200 })
}

test('a lock that a killed git left long ago is removed; a fresh one makes changes wait', async () => {
  await inTempFolder(async (folder) => {
    const { path, commit } = await clonedOnce(folder)
    const lock = join(path, `${main}.lock`)
    await writeFile(lock, '')
    const repository = await openRepository(path)
    const remove = [{ ref: main, expected: commit, to: undefined }]
    await expect(repository.updateRefs(remove)).rejects.toMatchObject({ name: 'GitError', retryable: true })
    expect((await stat(lock)).size).toBe(0)
    const longAgo = new Date(Date.now() - 60_000)
    await utimes(lock, longAgo, longAgo)
    await expect(repository.updateRefs(remove)).rejects.toMatchObject({ retryable: true })
    expect(await repository.updateRefs(remove)).toBe('updated')
    await writeFile(lock, '')
    await utimes(lock, longAgo, longAgo)
    await (await openRepository(path)).close()
    await expect(stat(lock)).rejects.toThrow(/ENOENT/)
    await repository.close()
  })
})

test.runIf(process.platform === 'linux')('a reader process that was killed is started anew', async () => {
  await inTempFolder(async (folder) => {
    const { path, commit } = await clonedOnce(folder)
    const repository = await openRepository(path)
    expect(await repository.resolve(commit)).toBe(commit)
    process.kill(only(readersOf(path)), 'SIGKILL')
    await vi.waitFor(() => expect(readersOf(path)).toEqual([]))
    await vi.waitFor(async () => expect(await repository.resolve(commit)).toBe(commit))
    await repository.close()
    expect(readersOf(path)).toEqual([])
    await expect(repository.resolve(commit)).rejects.toThrow(/closed/)
  })
})

/** Process ids of object readers over a repository. */
function readersOf(path: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return command.includes(`\0${path}\0`) && command.includes('cat-file')
      } catch {
        return false
      }
    })
    .map(Number)
}

test('a repository that nobody closed does not keep the program running', async () => {
  await inTempFolder(async (folder) => {
    const { path, commit } = await clonedOnce(folder)
    const script = join(folder, 'idle.ts')
    const lines = [
      `import { openRepository } from ${JSON.stringify(system)}`,
      `const repository = await openRepository(${JSON.stringify(path)})`,
      `const entries = await repository.tree('${commit}')`,
      `console.log(await repository.readBlobs(entries.map(({ oid }) => oid)))`,
    ]
    await writeFile(script, lines.join('\n'))
    const { stdout } = await run(process.execPath, [script], { timeout: 10_000 })
    expect(stdout.trim()).toBe("[ '1' ]")
  })
})

test('a git that is too old is told apart from everything else', async () => {
  await inTempFolder(async (folder) => {
    await writeFile(join(folder, 'git'), '#!/bin/sh\necho git version 2.30.2\n', { mode: 0o755 })
    vi.stubEnv('PATH', folder)
    const opened: Promise<GitRepository> = openRepository(folder)
    await expect(opened.finally(() => vi.unstubAllEnvs())).rejects.toThrow(
      /git 2\.38 or newer is needed, found: git version 2\.30\.2/,
    )
  })
})
