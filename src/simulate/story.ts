import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parse } from 'yaml'
import type { GitRepository, Signature } from '../adapters/git/port.ts'
import type { Clock } from '../controller/clock.ts'
import type { Seconds } from '../core/domain/time.ts'

/** One change that a person makes to the catalog. */
export interface StoryStep {
  readonly author: Signature
  readonly message: string
  /** Files to write, by path in the catalog. */
  readonly files: ReadonlyMap<string, string>
  /** `settled`: once nothing moves any more; else so long after the change before. */
  readonly when: 'settled' | Seconds
}

/** People who change the catalog one after another. What they did already is read from the catalog itself. */
export interface Story {
  /** Makes the next change when its time has come; tells whether it did. */
  advance(settled: boolean): Promise<boolean>
  finished(): Promise<boolean>
}

const mainRef = 'refs/heads/main'

/** Reads `story.yaml` and the folders that it names. */
export async function readStory(folder: string): Promise<readonly StoryStep[]> {
  const entries: readonly StoryEntry[] = parse(await readFile(join(folder, 'story.yaml'), 'utf8'))
  return Promise.all(
    entries.map(async (entry) => ({
      author: entry.author,
      message: entry.message,
      files: await readFiles(join(folder, entry.folder)),
      when: entry.after ?? entry.delay ?? 0,
    })),
  )
}

interface StoryEntry {
  readonly folder: string
  readonly author: Signature
  readonly message: string
  readonly delay?: Seconds
  readonly after?: 'settled'
}

export function createStory(steps: readonly StoryStep[], catalog: GitRepository, clock: Clock): Story {
  let told = 0

  const head = async (): Promise<string> => {
    const commit = await catalog.resolve(mainRef)
    if (commit === undefined) throw new Error('the catalog has no commit to go on from')
    return commit
  }
  /** A process that was killed in between finds in the catalog how far the story went. */
  const skipTold = async (): Promise<void> => {
    const paths = new Set((await catalog.tree(await head())).map(({ path }) => path))
    for (
      let step = steps[told];
      step && [...step.files.keys()].every((path) => paths.has(path));
      step = steps[told]
    )
      told++
  }
  const merge = async (step: StoryStep): Promise<void> => {
    const parent = await head()
    const changes = [...step.files].map(([path, text]) => ({ path, text }))
    const [to] = await catalog.writeCommits([
      { parent, changes, message: step.message, author: step.author, time: clock.now() },
    ])
    await catalog.updateRefs([{ ref: mainRef, expected: parent, to }])
  }
  return {
    async advance(settled) {
      await skipTold()
      const step = steps[told]
      if (!step) return false
      const [last] = await catalog.log(await head(), { limit: 1 })
      const due = step.when === 'settled' ? settled : clock.now() >= (last?.time ?? 0) + step.when
      if (!due) return false
      await merge(step)
      told++
      return true
    },
    async finished() {
      await skipTold()
      return told >= steps.length
    },
  }
}

/** The texts of all files below a folder, by path from it. */
export async function readFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  return new Map(
    files.map((file, index) => [relative(folder, file).replaceAll('\\', '/'), texts[index] ?? '']),
  )
}
