import { constants } from 'node:fs'
import { access, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { checkRefPlaces, isRefFolder } from '../names.ts'
import type { Oid, RefPlace, RefUpdate } from '../port.ts'
import { createObjectReader } from './cat-file.ts'
import { createRefs } from './refs.ts'
import { runGit } from './run-git.ts'

/**
 * A remote that is a bare repository on this machine and may be written to. A clone of it borrows its objects
 * (gitrepository-layout(5), objects/info/alternates) and writes new ones there, so that fetching and pushing only
 * move refs: git's own transport walks all trees of the base to check what it received, 100 ms and more in a fleet.
 */
export interface LocalRemote {
  readonly path: string
  /** What it has at the places now. */
  look(places: readonly RefPlace[]): Promise<ReadonlyMap<string, Oid>>
  /** Moves refs as a push does; false: git must push, as the remote has hooks or rules, or not all is as expected. */
  push(updates: readonly RefUpdate[]): Promise<boolean>
  close(): Promise<void>
}

/** Undefined: it is elsewhere, has a work tree, or may not be written to. */
export async function findLocalRemote(url: string): Promise<LocalRemote | undefined> {
  if (url.includes('://') || !(await isWritableBare(url))) return undefined
  const refs = createRefs(url)
  const reader = createObjectReader(url)
  const hasRules = createRuleCheck(url)
  let pushes = 0

  return {
    path: url,
    async look(places) {
      if (places.some(isRefFolder)) return refs.list(places)
      // Names are asked of a process that is there: to start one costs milliseconds, the more the larger this one is.
      checkRefPlaces(places)
      const replies = await reader.info(places)
      const found = places.flatMap((place, at): [string, Oid][] => {
        const oid = replies[at]?.oid
        return oid === undefined ? [] : [[place, oid]]
      })
      return new Map(found)
    },
    async push(updates) {
      if (await hasRules()) return false
      // What the refusal means is for git's own push to find out.
      const outcome = await refs.update(updates).catch(() => 'failed' as const)
      pushes += 1
      if (pushes % pushesPerMaintenance === 0) await maintain(url)
      return outcome === 'updated'
    },
    async close() {
      await Promise.all([reader.close(), refs.close()])
    },
  }
}

/** A push by git looks each time whether there is anything to pack. */
const pushesPerMaintenance = 128

async function maintain(repository: string): Promise<void> {
  await runGit({ repository, args: ['maintenance', 'run', '--auto', '--quiet'], answers: [0, 1, 128] })
}

async function isWritableBare(path: string): Promise<boolean> {
  try {
    await Promise.all(['objects', 'refs'].map(async (name) => access(join(path, name), constants.W_OK)))
    return /^\s*bare\s*=\s*true\s*$/m.test(await readFile(join(path, 'config'), 'utf8'))
  } catch {
    return false
  }
}

/** Hooks and settings by which a repository has a say in what it is pushed (githooks(5), receive.* in git-config(1)). */
function createRuleCheck(path: string): () => Promise<boolean> {
  let seen = ''
  let configured = false
  return async () => {
    const hooks = await readdir(join(path, 'hooks')).catch((): string[] => [])
    if (hooks.some((name) => !name.endsWith('.sample'))) return true
    const { mtimeMs, size } = await stat(join(path, 'config'))
    const now = `${mtimeMs} ${size}`
    if (now === seen) return configured
    const { stdout } = await runGit({ repository: path, args: ['config', '--list', '--name-only', '-z'] })
    configured = stdout.split('\0').some((name) => /^(?:receive|transfer)\.|^core\.hookspath$/.test(name))
    seen = now
    return configured
  }
}

export async function borrowsFrom(clone: string, remote: LocalRemote): Promise<boolean> {
  const alternates = await readFile(alternatesOf(clone), 'utf8').catch(() => '')
  return alternates === alternateLine(remote)
}

export async function borrow(clone: string, remote: LocalRemote): Promise<void> {
  await mkdir(join(clone, 'objects/info'), { recursive: true })
  await writeFile(alternatesOf(clone), alternateLine(remote))
}

function alternatesOf(clone: string): string {
  return join(clone, 'objects/info/alternates')
}

/** A quoted path may hold any character. */
function alternateLine({ path }: LocalRemote): string {
  return `${JSON.stringify(join(path, 'objects'))}\n`
}
