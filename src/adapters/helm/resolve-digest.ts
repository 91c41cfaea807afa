import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChartRepository } from '../../core/domain/chart-repository.ts'
import type { ChartReference } from '../../core/domain/service-version.ts'
import { type Download, download } from './download.ts'
import { findInIndex, maxIndex, timeout } from './download-chart.ts'
import { digestOf } from './fetched-chart.ts'
import { HelmError } from './helm-error.ts'
import { maxArchive } from './inspect-chart.ts'
import type { Helm } from './port.ts'

export type ResolvedDigest =
  | { readonly kind: 'found'; readonly digest: string }
  | { readonly kind: 'absent'; readonly message: string }

type Chart = Pick<ChartReference, 'name' | 'version'>

/**
 * The digest that a version pins a chart by: of the archive over HTTP, of the manifest in a registry. The repository is
 * believed here, once; from then on everyone is held to the digest. `openHelm` is asked for registries only.
 */
export async function resolveDigest(
  chart: Chart,
  repository: ChartRepository,
  openHelm: () => Promise<Pick<Helm, 'pull' | 'close'>>,
): Promise<ResolvedDigest> {
  return repository.type === 'oci' ? askRegistry(chart, repository, openHelm) : askIndex(chart, repository)
}

async function askIndex(chart: Chart, repository: ChartRepository): Promise<ResolvedDigest> {
  const base = new URL(`${repository.url.replace(/\/+$/, '')}/`)
  const get = async (url: URL, limit: number): Promise<Download> =>
    download({ url, repository: base, limit, timeout })
  const index = await get(new URL('index.yaml', base), maxIndex)
  if (index.kind !== 'done')
    return absent(chart, repository, `its index.yaml could not be read: ${storyOf(index)}`)
  const url = findInIndex(index.body, chart, base)
  if (url === undefined) return absent(chart, repository, 'its index.yaml does not list it')
  const archive = await get(url, maxArchive)
  if (archive.kind !== 'done') return absent(chart, repository, storyOf(archive))
  return { kind: 'found', digest: digestOf(archive.body) }
}

async function askRegistry(
  chart: Chart,
  repository: ChartRepository,
  openHelm: () => Promise<Pick<Helm, 'pull' | 'close'>>,
): Promise<ResolvedDigest> {
  const helm = await openHelm()
  const destination = await mkdtemp(join(tmpdir(), 'halctl-chart-'))
  try {
    const reference = `${repository.url.replace(/\/+$/, '')}/${chart.name}`
    const { digest } = await helm.pull({ chart: reference, pin: { version: chart.version }, destination })
    if (digest !== undefined) return { kind: 'found', digest }
    return absent(chart, repository, 'helm did not tell its digest')
  } catch (error) {
    if (!(error instanceof HelmError)) throw error
    return absent(chart, repository, error.message)
  } finally {
    await rm(destination, { recursive: true, force: true })
    await helm.close()
  }
}

function absent({ name, version }: Chart, repository: ChartRepository, story: string): ResolvedDigest {
  return {
    kind: 'absent',
    message: `chart ${name} ${version} is not to be had from ${repository.name}: ${story}`,
  }
}

function storyOf(download: Exclude<Download, { kind: 'done' }>): string {
  switch (download.kind) {
    case 'absent':
      return `the server answered ${download.status}`
    case 'tooLarge':
      return 'it is too large'
    case 'refused':
    case 'failed':
      return download.message
  }
}
