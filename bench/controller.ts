import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import { clusterCounts, serviceCount } from './controller/catalog-files.ts'
import type { ColdStart } from './controller/cold-start.ts'
import { runPart } from './controller/parts.ts'
import type { StepFigures } from './controller/steps.ts'
import type { BenchResult, BenchRow } from './result.ts'

/** The real controller on real repositories of 200 services on 1,000 clusters: steps, waves, memory, cold start. */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-controller-'))
  const place = (name: string): string => join(folder, name)
  const repositories = [place('catalog.git'), place('fleet.git')]
  try {
    progress('writing the repositories')
    const files = await runPart<number>('write-world', [...repositories, place('builder.git')])
    progress('starting a controller and nothing else')
    const cold = await runPart<ColdStart>('cold-start', [...repositories, place('cold')])
    progress('measuring steps and waves')
    const near = await runPart<StepFigures>('steps', [...repositories, place('near'), 'waves'])
    progress('measuring unchanged steps by transport')
    const far = await runPart<StepFigures>('steps', [...repositories.map(urlOf), place('far'), 'unchanged'])
    const clusters = Object.values(clusterCounts).reduce((sum, count) => sum + count, 0)
    return {
      name: `controller, ${serviceCount} services on ${clusters} clusters, ${files} files`,
      rows: [...coldStartRows(cold), ...stepRows(near), ...transportRows(far)],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function urlOf(path: string): string {
  return pathToFileURL(path).href
}

function coldStartRows(cold: ColdStart): readonly BenchRow[] {
  return [
    told('cold start: catalog read', milliseconds(cold.catalogMs)),
    told('cold start: fleet read', milliseconds(cold.fleetMs)),
    told('cold start: first step over', milliseconds(cold.firstStepMs)),
    told('cold start: every placement reported', milliseconds(cold.settledMs)),
    bounded('resident memory after the cold start', cold.residentBytes / 2 ** 20, 200, 'MB'),
    told('the same before garbage is collected', `${Math.round(cold.beforeBytes / 2 ** 20)} MB`),
    told('its heap in use', `${Math.round(cold.heapBytes / 2 ** 20)} MB`),
    told('peak resident memory', `${Math.round(cold.peakBytes / 2 ** 20)} MB`),
  ]
}

function stepRows({
  unchanged,
  pushed,
  merged,
  whole,
  pullRequest,
  large,
}: StepFigures): readonly BenchRow[] {
  return [
    bounded('unchanged step', median(unchanged), 20, 'ms'),
    bounded('step after one new version: until its wave is pushed', median(pushed), 200, 'ms'),
    told('step after one new version: until its pull request is merged', milliseconds(median(merged))),
    told('step after one new version: whole', milliseconds(median(whole))),
    bounded(
      `one small pull request, push to merge, median of ${pullRequest.length}`,
      median(pullRequest),
      100,
      'ms',
    ),
    bounded('wave of 100 clusters, plan to pushed branch', median(large), 500, 'ms'),
  ]
}

/** The same where looking at a repository is a fetch by git's own transport. */
function transportRows({ unchanged }: StepFigures): readonly BenchRow[] {
  return [told('unchanged step, each look a git fetch', milliseconds(median(unchanged)))]
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
