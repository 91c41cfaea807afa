import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { HelmError } from '../adapters/helm/helm-error.ts'
import type { ChartRenderer } from '../adapters/helm/port.ts'
import type { ChartRepository } from '../core/domain/chart-repository.ts'
import { KnownError } from '../operations/known-error.ts'
import type { ChartName, ChartOptions } from '../operations/workspace.ts'

export interface ChartPlaces {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Charts by the helm that is named, found or fetched, with what it said kept in the user's cache. */
export async function openCharts({ from, helm }: ChartOptions, places: ChartPlaces): Promise<ChartRenderer> {
  const [{ createHelm }, { createChartRenderer }] = await Promise.all([
    import('../adapters/helm/helm.ts'),
    import('../adapters/helm/chart-renderer.ts'),
  ])
  const folder = from === undefined ? undefined : resolve(places.cwd, from)
  const charts = await explained(async () =>
    createChartRenderer({
      helm: await createHelm({ binary: await findHelm(helm, places) }),
      cache: cacheOf(places.env),
      from: folder,
    }),
  )
  return {
    render: async (request) => explained(async () => charts.render(request)),
    close: charts.close,
  }
}

/** What a chart's digest is in its repository now; helm is found, or fetched, only for registries. */
export async function chartDigest(
  chart: ChartName,
  repository: ChartRepository,
  places: ChartPlaces,
): Promise<string> {
  const [{ resolveDigest }, { createHelm }] = await Promise.all([
    import('../adapters/helm/resolve-digest.ts'),
    import('../adapters/helm/helm.ts'),
  ])
  const openHelm = async () => createHelm({ binary: await findHelm(undefined, places) })
  const found = await explained(async () => resolveDigest(chart, repository, openHelm))
  if (found.kind === 'found') return found.digest
  throw new KnownError(found.message, 'check the version, or give --digest sha256:…')
}

async function findHelm(helm: string | undefined, { cwd, env }: ChartPlaces): Promise<string> {
  const { locateHelm } = await import('../adapters/helm/locate-helm.ts')
  const given = helm ?? (env['HALYARD_HELM'] || undefined)
  return locateHelm({
    given: given === undefined ? undefined : resolve(cwd, given),
    path: env['PATH'],
    cache: cacheOf(env),
  })
}

function cacheOf(env: ChartPlaces['env']): string {
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'halyard', 'helm')
}

/** Failures of helm are the reader's to mend. */
async function explained<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HelmError)) throw error
    throw new KnownError(error.message, error.remedy, { cause: error })
  }
}
