import { parse } from 'yaml'
import type { ChartRepository } from '../../core/domain/chart-repository.ts'
import type { ChartReference } from '../../core/domain/service-version.ts'
import { type Download, download } from './download.ts'
import { type ChartRefusal, digestOf, mismatch, tooLarge, unavailable } from './fetched-chart.ts'
import { maxArchive } from './inspect-chart.ts'

export const timeout = 60_000
/** Bytes of an index.yaml; the largest public one has about 20 MiB. */
export const maxIndex = 32 * 1024 * 1024

/** A chart's archive from a repository over HTTP: where such archives usually are, else where its index says. */
export async function downloadChart(
  chart: ChartReference,
  repository: ChartRepository,
): Promise<Buffer | ChartRefusal> {
  const base = new URL(`${repository.url.replace(/\/+$/, '')}/`)
  const get = (url: URL, limit: number): Promise<Download> =>
    download({ url, repository: base, limit, timeout })
  const usual = new URL(`${chart.name}-${encodeURIComponent(chart.version)}.tgz`, base)
  const first = await get(usual, maxArchive)
  // The digest vouches for the archive, so a match needs no index, which may be large.
  if (first.kind === 'done' && digestOf(first.body) === chart.digest) return first.body
  if (first.kind !== 'done' && first.kind !== 'absent') return refusal(chart, repository, first)
  const index = await get(new URL('index.yaml', base), maxIndex)
  if (index.kind === 'failed') return refusal(chart, repository, index)
  const listed = index.kind === 'done' ? findInIndex(index.body, chart, base) : undefined
  if (listed === undefined || listed.href === usual.href) return refusal(chart, repository, first)
  return accept(chart, repository, await get(listed, maxArchive))
}

function accept(chart: ChartReference, repository: ChartRepository, got: Download): Buffer | ChartRefusal {
  return got.kind === 'done' && digestOf(got.body) === chart.digest
    ? got.body
    : refusal(chart, repository, got)
}

function refusal(chart: ChartReference, { name, file }: ChartRepository, got: Download): ChartRefusal {
  switch (got.kind) {
    case 'done':
      return mismatch(chart, name, digestOf(got.body))
    case 'absent': {
      const isPrivate = got.status === 401 || got.status === 403
      const story = isPrivate
        ? `it asks for credentials (${got.status}), and those are in the clusters only`
        : `it has no such chart (${got.status})`
      return unavailable(chart, name, story, file)
    }
    case 'tooLarge':
      return tooLarge(chart, name)
    case 'refused':
    case 'failed':
      return unavailable(chart, name, got.message, file)
  }
}

/** The first URL of a version in an index (https://helm.sh/docs/topics/chart_repository/#the-index-file). */
export function findInIndex(
  body: Buffer,
  { name, version }: Pick<ChartReference, 'name' | 'version'>,
  base: URL,
): URL | undefined {
  let index: unknown
  try {
    // Checking keys for being unique is quadratic in their number.
    index = parse(body.toString('utf8'), { uniqueKeys: false, logLevel: 'silent' })
  } catch {
    return undefined
  }
  const versions = fieldOf(fieldOf(index, 'entries'), name)
  if (!Array.isArray(versions)) return undefined
  const entry: unknown = versions.find((each) => fieldOf(each, 'version') === version)
  const urls = fieldOf(entry, 'urls')
  const url: unknown = Array.isArray(urls) ? urls[0] : undefined
  return typeof url === 'string' && URL.canParse(url, base.href) ? new URL(url, base) : undefined
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined
}
