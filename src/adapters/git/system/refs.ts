import { checkRefName, checkRefPlaces, checkRevisions, compareText, isRefAt } from '../names.ts'
import type { Oid, RefPlace, RefUpdate } from '../port.ts'
import { removeStaleLocks } from './locks.ts'
import { createRefWriter } from './ref-writer.ts'
import { runGit } from './run-git.ts'

async function listRefs(repository: string, places: readonly RefPlace[]): Promise<ReadonlyMap<string, Oid>> {
  checkRefPlaces(places)
  if (places.length === 0) return new Map()
  // To for-each-ref the name of a ref stands for all below it as well.
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', '--', ...places]
  const { stdout } = await runGit({ repository, args })
  return parseRefs(stdout, ' ', places)
}

/** Lines of object id and ref name, as for-each-ref and ls-remote print them; of them, those at the places. */
export function parseRefs(
  text: string,
  separator: string,
  places: readonly RefPlace[],
): ReadonlyMap<string, Oid> {
  const refs = text.split('\n').flatMap((line): (readonly [string, Oid])[] => {
    const [oid = '', ref] = line.split(separator)
    return ref !== undefined && isRefAt(ref, places) ? [[ref, oid]] : []
  })
  return new Map(refs.toSorted(([a], [b]) => compareText(a, b)))
}

/** The refs of one repository. Transactions go through one long-lived process. */
export interface Refs {
  list(places: readonly RefPlace[]): Promise<ReadonlyMap<string, Oid>>
  /** All or none, in one transaction. Stale is what the refs tell afterwards, not what git's message says. */
  update(updates: readonly RefUpdate[]): Promise<'updated' | 'stale'>
  /** Sets refs to what a remote was seen to have, whatever they were. */
  mirror(updates: readonly Pick<RefUpdate, 'ref' | 'to'>[]): Promise<void>
  close(): Promise<void>
}

export function createRefs(repository: string): Refs {
  const writer = createRefWriter(repository)
  const transact = async (commands: readonly string[]): Promise<void> =>
    changeRefs(repository, async () => writer.transact(commands))

  return {
    list: async (places) => listRefs(repository, places),
    async update(updates) {
      checkUpdates(updates)
      if (updates.length === 0) return 'updated'
      try {
        await transact(updates.map(checkedLine))
        return 'updated'
      } catch (error) {
        const current = await listRefs(
          repository,
          updates.map(({ ref }) => ref),
        )
        if (updates.some(({ ref, expected }) => current.get(ref) !== expected)) return 'stale'
        throw error
      }
    },
    async mirror(updates) {
      if (updates.length === 0) return
      const commands = updates.map(({ ref, to }) =>
        to === undefined ? `delete ${ref}\0\0` : `update ${ref}\0${to}\0\0`,
      )
      try {
        await transact(commands)
      } catch (error) {
        // What the remote has leaves no room there for what is in its way here.
        const stale = await refsInTheWay(repository, updates)
        if (stale.length === 0) throw error
        await transact(stale.map((ref) => `delete ${ref}\0\0`))
        await transact(commands)
      }
    },
    close: writer.close,
  }
}

/** Refs that are a folder of one that is set, or below it. */
async function refsInTheWay(
  repository: string,
  updates: readonly Pick<RefUpdate, 'ref' | 'to'>[],
): Promise<readonly string[]> {
  const wanted = updates.filter(({ to }) => to !== undefined).map(({ ref }) => ref)
  const here = [...(await listRefs(repository, ['refs/'])).keys()]
  return here.filter((ref) =>
    wanted.some((other) => ref.startsWith(`${other}/`) || other.startsWith(`${ref}/`)),
  )
}

export function checkUpdates(updates: readonly RefUpdate[]): void {
  for (const { ref, expected, to } of updates) {
    checkRefName(ref)
    checkRevisions(expected, to)
  }
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
