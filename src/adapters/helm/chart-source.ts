import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ChartRepository } from '../../core/domain/chart-repository.ts'
import type { ChartReference } from '../../core/domain/service-version.ts'
import { downloadChart } from './download-chart.ts'
import {
  type ChartRefusal,
  digestOf,
  type FetchedChart,
  judgeArchive,
  mismatch,
  tooLarge,
  unavailable,
} from './fetched-chart.ts'
import { HelmError } from './helm-error.ts'
import { maxArchive } from './inspect-chart.ts'
import { createLocalCharts } from './local-charts.ts'
import type { Helm } from './port.ts'

export interface ChartSource {
  fetch(chart: ChartReference, repository: ChartRepository): Promise<FetchedChart>
}

export interface ChartSourceOptions {
  readonly helm: Pick<Helm, 'pull'>
  /** Folder for archives that were fetched. */
  readonly cache: string
  /** A folder of archives and charts that is read instead of all repositories. */
  readonly from: string | undefined
}

/** Charts from where the catalog says, or from a folder; each is fetched once and looked through before use. */
export function createChartSource({ helm, cache, from }: ChartSourceOptions): ChartSource {
  const local = from === undefined ? undefined : createLocalCharts(from)
  const known = new Map<string, Promise<FetchedChart>>()
  return {
    fetch(chart, repository) {
      const key = JSON.stringify([repository.type, repository.url, chart.name, chart.version, chart.digest])
      const fetching =
        known.get(key) ??
        local?.find(chart, repository.type) ??
        fetchRemote(chart, repository, { helm, cache })
      known.set(key, fetching)
      return fetching
    },
  }
}

type RemoteOptions = Pick<ChartSourceOptions, 'helm' | 'cache'>

async function fetchRemote(
  chart: ChartReference,
  repository: ChartRepository,
  { helm, cache }: RemoteOptions,
): Promise<FetchedChart> {
  const kept = join(cache, `${repository.type}-${chart.digest.replace(':', '-')}.tgz`)
  const before = await readFile(kept).catch(() => undefined)
  // The digest of an OCI chart is its manifest's, so only what came over HTTP can be held to it again.
  if (before && (repository.type === 'oci' || digestOf(before) === chart.digest))
    return judgeArchive(kept, before)
  await mkdir(cache, { recursive: true })
  const work = await mkdtemp(join(cache, 'fetch-'))
  try {
    const archive =
      repository.type === 'oci'
        ? await pullChart(chart, repository, helm, work)
        : await downloadChart(chart, repository)
    if (!Buffer.isBuffer(archive)) return archive
    await writeFile(join(work, 'fetched'), archive)
    await rename(join(work, 'fetched'), kept)
    return judgeArchive(kept, archive)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function pullChart(
  chart: ChartReference,
  { url, name, file }: ChartRepository,
  helm: Pick<Helm, 'pull'>,
  destination: string,
): Promise<Buffer | ChartRefusal> {
  try {
    const reference = `${url.replace(/\/+$/, '')}/${chart.name}`
    const { path, digest } = await helm.pull({
      chart: reference,
      pin: { digest: chart.digest },
      destination,
    })
    if (digest !== undefined && digest !== chart.digest) return mismatch(chart, name, digest)
    if ((await stat(path)).size > maxArchive) return tooLarge(chart, name)
    return await readFile(path)
  } catch (error) {
    if (!(error instanceof HelmError)) throw error
    return unavailable(chart, name, error.message, file)
  }
}
