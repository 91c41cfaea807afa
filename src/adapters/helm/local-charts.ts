import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { parse } from 'yaml'
import type { ChartRepository } from '../../core/domain/chart-repository.ts'
import type { ChartReference } from '../../core/domain/service-version.ts'
import {
  type ChartRefusal,
  digestOf,
  type FetchedChart,
  judgeArchive,
  mismatch,
  tooLarge,
  unsafe,
} from './fetched-chart.ts'
import { type ChartFile, inspectFiles, maxArchive, maxUnpacked } from './inspect-chart.ts'

/** Charts of one folder, for use without their repositories. */
export interface LocalCharts {
  find(chart: ChartReference, type: ChartRepository['type']): Promise<FetchedChart>
}

/**
 * A folder of `<name>-<version>.tgz` archives and of charts' own folders. An archive of an HTTP repository is held
 * to its digest; a folder has none, and an OCI chart's digest is its manifest's, so those are taken by version.
 */
export function createLocalCharts(folder: string): LocalCharts {
  let folders: Promise<ReadonlyMap<string, string>> | undefined
  return {
    async find(chart, type) {
      const archive = join(folder, `${chart.name}-${chart.version}.tgz`)
      if (await isFile(archive)) return readArchive(archive, chart, type)
      const path = (await (folders ??= listChartFolders(folder))).get(`${chart.name}-${chart.version}`)
      return path === undefined ? absent(chart, folder) : readChartFolder(path, chart)
    },
  }
}

async function readArchive(
  path: string,
  chart: ChartReference,
  type: ChartRepository['type'],
): Promise<FetchedChart> {
  if ((await stat(path)).size > maxArchive) return tooLarge(chart, path)
  const archive = await readFile(path)
  const digest = digestOf(archive)
  if (type === 'http' && digest !== chart.digest) return mismatch(chart, path, digest)
  return judgeArchive(path, archive)
}

/** Paths of charts by `<name>-<version>`. */
async function listChartFolders(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { withFileTypes: true })
  const charts = await Promise.all(
    entries
      .filter((entry) => entry.isDirectory())
      .map(async ({ name }) => {
        const text = await readFile(join(folder, name, 'Chart.yaml'), 'utf8').catch(() => undefined)
        const chart: unknown = text === undefined ? undefined : parse(text)
        if (typeof chart !== 'object' || chart === null || !('name' in chart) || !('version' in chart))
          return []
        return [[`${String(chart.name)}-${String(chart.version)}`, join(folder, name)] as const]
      }),
  )
  return new Map(charts.flat())
}

async function readChartFolder(path: string, chart: ChartReference): Promise<FetchedChart> {
  const entries = (await readdir(path, { recursive: true, withFileTypes: true })).toSorted((a, b) =>
    join(a.parentPath, a.name) < join(b.parentPath, b.name) ? -1 : 1,
  )
  const files: ChartFile[] = []
  const hash = createHash('sha256')
  let size = 0
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name)
    const name = relative(path, file).split(sep).join('/')
    if (entry.isDirectory()) continue
    if (!entry.isFile()) return unsafe(`it holds a link, ${name}`)
    size += (await stat(file)).size
    if (size > maxUnpacked) return tooLarge(chart, path)
    const content = await readFile(file)
    hash.update(JSON.stringify([name, content.length])).update(content)
    files.push({ path: name, content })
  }
  const inspection = inspectFiles(files)
  if (inspection.kind === 'unsafe') return unsafe(inspection.message)
  const digest = `folder-sha256:${hash.digest('hex')}`
  return { kind: 'fetched', path, digest, outsideSchema: inspection.outsideSchema }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

function absent({ name, version }: ChartReference, folder: string): ChartRefusal {
  return {
    kind: 'refused',
    message: `there is no chart ${name} ${version} in ${folder}`,
    remedy: `put ${name}-${version}.tgz or the chart's folder there`,
  }
}
