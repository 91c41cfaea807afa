import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parse } from 'yaml'
import type { GitRepository, Signature, TreeChange } from '../adapters/git/port.ts'
import type { Clock } from '../controller/clock.ts'
import type { Instant, Seconds } from '../core/domain/time.ts'

/** One change that a person makes to the catalog. */
export interface StoryStep {
  readonly author: Signature
  /** Tells this step from all others, also in the catalog's history. */
  readonly message: string
  /** Files to write, by path in the catalog; undefined removes one. */
  readonly files: ReadonlyMap<string, string | undefined>
  /**
   * `settled`: once nothing moves any more; `asked`: once an approval is asked for, whose digest the files then hold;
   * else so long after the change before.
   */
  readonly when: 'settled' | 'asked' | Seconds
  /** A cluster that falls out of contact meanwhile, and for how long. */
  readonly silence: Silence | undefined
}

interface Silence {
  readonly cluster: string
  readonly seconds: Seconds
}

/** What the people of a story do besides writing to the catalog. */
export interface StoryStage {
  silence(cluster: string, until: Instant): void
  /** Digest of a cluster's emptying that waits for a person; undefined: none does. */
  asked(): string | undefined
}

/** People who change the catalog one after another. What they did already is read from the catalog itself. */
export interface Story {
  /** Makes the next change when its time has come; tells which. */
  advance(settled: boolean): Promise<StoryStep | undefined>
  begun(): Promise<boolean>
  finished(): Promise<boolean>
}

const mainRef = 'refs/heads/main'

/** Stands in a step's files where the digest goes that Halyard asks for. */
const digestToCome = `sha256:${'0'.repeat(64)}`

/** Reads `story.yaml` and the folders that it names. */
export async function readStory(folder: string): Promise<readonly StoryStep[]> {
  const entries: readonly StoryEntry[] = parse(await readFile(join(folder, 'story.yaml'), 'utf8'))
  return Promise.all(entries.map(async (entry) => readStep(folder, entry)))
}

async function readStep(folder: string, entry: StoryEntry): Promise<StoryStep> {
  const written = entry.folder === undefined ? [] : await readFiles(join(folder, entry.folder))
  const removed = (entry.remove ?? []).map((path) => [path, undefined] as const)
  return {
    author: entry.author,
    message: entry.message,
    files: new Map<string, string | undefined>([...written, ...removed]),
    when: entry.after ?? entry.delay ?? 0,
    silence: entry.silence,
  }
}

interface StoryEntry {
  readonly folder?: string
  readonly remove?: readonly string[]
  readonly author: Signature
  readonly message: string
  readonly delay?: Seconds
  readonly after?: 'settled' | 'asked'
  readonly silence?: Silence
}

export function createStory(
  steps: readonly StoryStep[],
  catalog: GitRepository,
  clock: Clock,
  stage: StoryStage,
): Story {
  let told = 0

  const head = async (): Promise<string> => {
    const commit = await catalog.resolve(mainRef)
    if (commit === undefined) throw new Error('the catalog has no commit to go on from')
    return commit
  }
  /** A process that was killed in between finds in the catalog how far the story went. */
  const skipTold = async (): Promise<void> => {
    const messages = new Set((await catalog.log(await head())).map(({ message }) => message.trim()))
    for (let step = steps[told]; step && messages.has(step.message); step = steps[told]) told++
  }
  const merge = async (step: StoryStep): Promise<void> => {
    const parent = await head()
    const digest = step.when === 'asked' ? (stage.asked() ?? digestToCome) : digestToCome
    const changes = [...step.files].map(([path, text]): TreeChange =>
      text === undefined ? { path, remove: true } : { path, text: text.replace(digestToCome, digest) },
    )
    const [to] = await catalog.writeCommits([
      { parent, changes, message: step.message, author: step.author, time: clock.now() },
    ])
    await catalog.updateRefs([{ ref: mainRef, expected: parent, to }])
  }
  const isDue = async ({ when }: StoryStep, settled: boolean): Promise<boolean> => {
    if (when === 'settled') return settled
    if (when === 'asked') return stage.asked() !== undefined
    const [last] = await catalog.log(await head(), { limit: 1 })
    return clock.now() >= (last?.time ?? 0) + when
  }
  return {
    async advance(settled) {
      await skipTold()
      const step = steps[told]
      if (!step || !(await isDue(step, settled))) return undefined
      // First, as a process that is killed in between does it again.
      if (step.silence) stage.silence(step.silence.cluster, clock.now() + step.silence.seconds)
      await merge(step)
      told++
      return step
    },
    async begun() {
      await skipTold()
      return told > 0
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
