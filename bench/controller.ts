import { fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { GitRepository } from '../src/adapters/git/port.ts'
import { openRepository } from '../src/adapters/git/system.ts'
import { buildWorld, commitTo, type WorldPaths } from './controller/build-world.ts'
import { clusterCounts, serviceCount, versionFile } from './controller/catalog-files.ts'
import type { ColdStart } from './controller/cold-start.ts'
import { openController, type OpenedController, type Ports } from './controller/open-controller.ts'
import type { BenchResult, BenchRow } from './result.ts'

const unchangedSteps = 15
/** The first ones warm the process up and are not counted. */
const warmUps = 3
const smallWaves = 20
const largeWaves = 5

/** The real controller on real repositories of 200 services on 1,000 clusters: steps, waves, memory, cold start. */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-controller-'))
  try {
    const paths = { catalog: join(folder, 'catalog.git'), fleet: join(folder, 'fleet.git') }
    progress('writing the repositories')
    const files = await buildWorld(paths, join(folder, 'builder.git'))
    progress('starting a controller of its own')
    const cold = await measureColdStart(paths, join(folder, 'cold'))
    const rows = [
      ...coldStartRows(cold),
      ...(await measureSteps(paths, join(folder, 'near'), 'remotes on this machine')),
      ...(await measureTransport(paths, folder)),
    ]
    const clusters = Object.values(clusterCounts).reduce((sum, count) => sum + count, 0)
    return { name: `controller, ${serviceCount} services on ${clusters} clusters, ${files} files`, rows }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureColdStart(paths: WorldPaths, folder: string): Promise<ColdStart> {
  return new Promise((resolve, reject) => {
    const script = new URL('controller/cold-start.ts', import.meta.url)
    const child = fork(script, [paths.catalog, paths.fleet, folder], { execArgv: ['--expose-gc'] })
    child.once('message', (message) => resolve(message as ColdStart))
    child.once('close', (code) => reject(new Error(`the cold start ended with ${code}`)))
  })
}

function coldStartRows(cold: ColdStart): readonly BenchRow[] {
  return [
    told('cold start: catalog read', milliseconds(cold.catalogMs)),
    told('cold start: fleet read', milliseconds(cold.fleetMs)),
    told('cold start: first step over', milliseconds(cold.firstStepMs)),
    told('cold start: every placement reported', milliseconds(cold.settledMs)),
    bounded('resident memory after the cold start', cold.residentBytes / 2 ** 20, 200, 'MB'),
    told('its heap in use', `${Math.round(cold.heapBytes / 2 ** 20)} MB`),
    told('peak resident memory', `${Math.round(cold.peakBytes / 2 ** 20)} MB`),
  ]
}

async function measureSteps(paths: WorldPaths, folder: string, where: string): Promise<readonly BenchRow[]> {
  const laps = createLaps()
  const opened = await startController(paths, folder, laps)
  const catalog = await openRepository(paths.catalog)
  try {
    progress(`measuring steps, ${where}`)
    const unchanged = await timesOf(unchangedSteps, async () => void (await opened.controller.step()))
    const small = await measureSmallWaves(opened, catalog, laps)
    const large = await measureLargeWaves(opened, catalog, laps)
    return [
      bounded(`unchanged step, ${where}`, median(unchanged), 20, 'ms'),
      bounded('step after one new version: until its wave is pushed', median(small.pushed), 200, 'ms'),
      told(
        'step after one new version: until its pull request is merged',
        milliseconds(median(small.merged)),
      ),
      told('step after one new version: whole', milliseconds(median(small.whole))),
      bounded('one small pull request, push to merge', median(small.pullRequest), 100, 'ms'),
      bounded('wave of 100 clusters, plan to pushed branch', median(large), 500, 'ms'),
    ]
  } finally {
    await catalog.close()
    await opened.close()
  }
}

/** Unchanged steps where looking at a repository is a fetch by git's own transport. */
async function measureTransport(paths: WorldPaths, folder: string): Promise<readonly BenchRow[]> {
  const opened = await startController(paths, join(folder, 'far'), createLaps(), pathToFileURL)
  try {
    progress('measuring steps by transport')
    const unchanged = await timesOf(unchangedSteps, async () => void (await opened.controller.step()))
    return [told('unchanged step, each look a git fetch', milliseconds(median(unchanged)))]
  } finally {
    await opened.close()
  }
}

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

async function startController(
  paths: WorldPaths,
  folder: string,
  laps: Laps,
  urlOf: (path: string) => string | URL = (path) => path,
): Promise<OpenedController> {
  const opened = await openController(paths, folder, laps.wrap, urlOf)
  do await opened.controller.step()
  while (!opened.allReported())
  for (let step = 0; step < warmUps; step++) await opened.controller.step()
  return opened
}

/** One new version at a time; each opens a first wave of one cluster. */
async function measureSmallWaves(
  { controller }: OpenedController,
  catalog: GitRepository,
  laps: Laps,
): Promise<Record<'pushed' | 'merged' | 'whole' | 'pullRequest', number[]>> {
  const times = {
    pushed: [] as number[],
    merged: [] as number[],
    whole: [] as number[],
    pullRequest: [] as number[],
  }
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

const soakSeconds = 601

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

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity
}

function bounded(what: string, value: number, limit: number, unit: string): BenchRow {
  const digits = value < 100 ? 1 : 0
  return { what, value: `${value.toFixed(digits)} ${unit}`, wanted: `< ${limit} ${unit}`, ok: value < limit }
}

function told(what: string, value: string): BenchRow {
  return { what, value, wanted: '-', ok: true }
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`
}

function progress(what: string): void {
  console.error(`controller: ${what}`)
}
