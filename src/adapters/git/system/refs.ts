import { checkRefName, checkRefPrefix, checkRevisions, compareText } from '../names.ts'
import type { Oid, RefUpdate } from '../port.ts'
import { removeStaleLocks } from './locks.ts'
import { runGit } from './run-git.ts'

export async function listRefs(repository: string, prefix: string): Promise<ReadonlyMap<string, Oid>> {
  checkRefPrefix(prefix)
  // for-each-ref matches whole parts of a name only: list the folder, then compare.
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', '--', folder]
  const { stdout } = await runGit({ repository, args })
  return parseRefs(stdout, ' ', prefix)
}

/** Lines of object id and ref name, as for-each-ref and ls-remote print them. */
export function parseRefs(text: string, separator: string, prefix: string): ReadonlyMap<string, Oid> {
  const refs = text.split('\n').flatMap((line): (readonly [string, Oid])[] => {
    const [oid = '', ref] = line.split(separator)
    return ref !== undefined && ref.startsWith(prefix) ? [[ref, oid]] : []
  })
  return new Map(refs.toSorted(([a], [b]) => compareText(a, b)))
}

/** All or none, in one transaction. Stale is what the refs tell afterwards, not what git's message says. */
export async function updateRefs(
  repository: string,
  updates: readonly RefUpdate[],
): Promise<'updated' | 'stale'> {
  checkUpdates(updates)
  if (updates.length === 0) return 'updated'
  try {
    await runRefTransaction(repository, updates.map(checkedLine))
    return 'updated'
  } catch (error) {
    const current = await Promise.all(
      updates.map(async ({ ref }) => (await listRefs(repository, ref)).get(ref)),
    )
    if (updates.some(({ expected }, index) => current[index] !== expected)) return 'stale'
    throw error
  }
}

/** Sets refs to what a remote was seen to have, whatever they were. */
export async function mirrorRefs(
  repository: string,
  updates: readonly Pick<RefUpdate, 'ref' | 'to'>[],
): Promise<void> {
  if (updates.length === 0) return
  await runRefTransaction(
    repository,
    updates.map(({ ref, to }) => (to === undefined ? `delete ${ref}\0\0` : `update ${ref}\0${to}\0\0`)),
  )
}

export function checkUpdates(updates: readonly RefUpdate[]): void {
  for (const { ref, expected, to } of updates) {
    checkRefName(ref)
    checkRevisions(expected, to)
  }
}

async function runRefTransaction(repository: string, lines: readonly string[]): Promise<void> {
  const input = `start\0${lines.join('')}prepare\0commit\0`
  await changeRefs(repository, async () =>
    runGit({ repository, args: ['update-ref', '--stdin', '-z'], input }),
  )
}

/** Runs a command that takes locks of refs. Where a killed git left one, the next try finds it gone. */
export async function changeRefs(repository: string, change: () => Promise<unknown>): Promise<void> {
  try {
    await change()
  } catch (error) {
    await removeStaleLocks(repository)
    throw error
  }
}

function checkedLine({ ref, expected, to }: RefUpdate): string {
  if (to !== undefined) return `update ${ref}\0${to}\0${expected ?? absent}\0`
  return expected === undefined ? `verify ${ref}\0${absent}\0` : `delete ${ref}\0${expected}\0`
}

/** How git writes "must not exist". */
const absent = '0'.repeat(40)
