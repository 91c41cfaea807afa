import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { HelmError } from '../adapters/helm/helm-error.ts'
import type { ChartRenderer } from '../adapters/helm/port.ts'
import { KnownError } from '../operations/known-error.ts'
import type { ChartOptions } from '../operations/workspace.ts'

export interface ChartPlaces {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Charts by the helm that is named, found or fetched, with what it said kept in the user's cache. */
export async function openCharts(
  { from, helm }: ChartOptions,
  { cwd, env }: ChartPlaces,
): Promise<ChartRenderer> {
  const [{ locateHelm }, { createHelm }, { createChartRenderer }] = await Promise.all([
    import('../adapters/helm/locate-helm.ts'),
    import('../adapters/helm/helm.ts'),
    import('../adapters/helm/chart-renderer.ts'),
  ])
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'halyard', 'helm')
  const given = helm ?? (env['HALYARD_HELM'] || undefined)
  const folder = from === undefined ? undefined : resolve(cwd, from)
  const charts = await explained(async () => {
    const binary = await locateHelm({
      given: given === undefined ? undefined : resolve(cwd, given),
      path: env['PATH'],
      cache,
    })
    return createChartRenderer({ helm: await createHelm({ binary }), cache, from: folder })
  })
  return {
    render: async (request) => explained(async () => charts.render(request)),
    close: charts.close,
  }
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
