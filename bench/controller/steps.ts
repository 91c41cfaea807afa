import { fileURLToPath } from 'node:url'

import type { GitRepository } from '../../src/adapters/git/port.ts'
import { openRepository } from '../../src/adapters/git/system.ts'
import { commitTo, type WorldPaths } from './build-world.ts'
import { versionFile } from './catalog-files.ts'
import { openController, type OpenedController, type Ports } from './open-controller.ts'
import { answerParent, collectGarbage } from './parts.ts'

/** Milliseconds of each round. */
export interface StepFigures extends SmallWaves {
  readonly unchanged: readonly number[]
  /** From reports in hand to the pushed branch of a wave of 100 clusters. */
  readonly large: readonly number[]
}

/** A step that finds one new version, from its start; and its pull request from push to merge. */
interface SmallWaves {
  readonly pushed: readonly number[]
  readonly merged: readonly number[]
  readonly whole: readonly number[]
  readonly pullRequest: readonly number[]
}

const unchangedSteps = 15
/** The first ones warm the process up and are not counted. */
const warmUps = 3
const smallWaves = 20
const largeWaves = 5
const soakSeconds = 601

/** A child of `controller.ts`: `steps.ts <catalog> <fleet> <folder> waves|unchanged`; repositories are paths or URLs. */
const [catalog = '', fleet = '', folder = '', what = ''] = process.argv.slice(2)
const laps = createLaps()
const opened = await startController({ catalog, fleet }, folder, laps)
const unchanged = await timesOf(unchangedSteps, async () => void (await opened.controller.step()))
const none: SmallWaves = { pushed: [], merged: [], whole: [], pullRequest: [] }
const people = await openRepository(catalog.startsWith('file:') ? fileURLToPath(catalog) : catalog)
const small = what === 'waves' ? await measureSmallWaves(opened, people, laps) : none
const large = what === 'waves' ? await measureLargeWaves(opened, people, laps) : []
const figures: StepFigures = { ...small, unchanged, large }
answerParent(figures)

/** Moments of the ports' calls. */
interface Laps {
  /** Reports were handed over: what follows is judging, planning and acting. */
  observed: number
  pushBegan: number
  pushed: number
  merged: number
  readonly wrap: (ports: Ports) => Ports
}

function createLaps(): Laps {
  const laps: Laps = {
    observed: 0,
    pushBegan: 0,
    pushed: 0,
    merged: 0,
    wrap: ({ fleet, forge, flux }) => ({
      fleet: {
        ...fleet,
        async pushBranch(request) {
          laps.pushBegan = performance.now()
          const result = await fleet.pushBranch(request)
          laps.pushed = performance.now()
          return result
        },
      },
      forge: {
        ...forge,
        async merge(request) {
          const outcome = await forge.merge(request)
          laps.merged = performance.now()
          return outcome
        },
      },
      flux: {
        async read(cursor) {
          const reports = await flux.read(cursor)
          laps.observed = performance.now()
          return reports
        },
      },
    }),
  }
  return laps
}

async function startController(paths: WorldPaths, folder: string, laps: Laps): Promise<OpenedController> {
  const opened = await openController(paths, folder, laps.wrap)
  do await opened.controller.step()
  while (!opened.allReported())
  await collectGarbage()
  for (let step = 0; step < warmUps; step++) await opened.controller.step()
  return opened
}

/** One new version at a time; each opens a first wave of one cluster. */
async function measureSmallWaves(
  { controller }: OpenedController,
  catalog: GitRepository,
  laps: Laps,
): Promise<SmallWaves> {
  const times: Record<keyof SmallWaves, number[]> = { pushed: [], merged: [], whole: [], pullRequest: [] }
  for (let service = 0; service < smallWaves; service++) {
    await commitTo(catalog, [versionFile(service, '2.0.0')], `Release ${service}`)
    const start = performance.now()
    await controller.step()
    if (laps.merged < start) throw new Error('no pull request was merged')
    times.pushed.push(laps.pushed - start)
    times.merged.push(laps.merged - start)
    times.whole.push(performance.now() - start)
    times.pullRequest.push(laps.merged - laps.pushBegan)
    await controller.step()
  }
  return times
}

/** The second waves of versions whose first wave has soaked, one service a step. */
async function measureLargeWaves(
  opened: OpenedController,
  catalog: GitRepository,
  laps: Laps,
): Promise<readonly number[]> {
  const times: number[] = []
  // All that waits goes first, so that each step below has one wave.
  await soak(opened)
  for (let service = smallWaves; service < smallWaves + largeWaves; service++) {
    await commitTo(catalog, [versionFile(service, '2.0.0')], `Release ${service}`)
    await opened.controller.step()
    await opened.controller.step()
    opened.advance(soakSeconds)
    const began = performance.now()
    await opened.controller.step()
    if (laps.pushed < began) throw new Error('no second wave was pushed')
    times.push(laps.pushed - laps.observed)
    await soak(opened)
  }
  return times
}

async function soak(opened: OpenedController): Promise<void> {
  for (let wave = 0; wave < 3; wave++) {
    await opened.controller.step()
    opened.advance(soakSeconds)
    await opened.controller.step()
  }
}

async function timesOf(count: number, act: () => Promise<void>): Promise<readonly number[]> {
  const times: number[] = []
  for (let round = 0; round < count; round++) {
    const start = performance.now()
    await act()
    times.push(performance.now() - start)
  }
  return times
}
