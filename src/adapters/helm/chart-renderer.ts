import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { type ChartSource, createChartSource } from './chart-source.ts'
import type { FetchedChart } from './fetched-chart.ts'
import { HelmError } from './helm-error.ts'
import type { ChartRenderer, Helm, RenderOutcome, RenderRequest } from './port.ts'
import { readRenderedObjects } from './rendered-objects.ts'
import { createResultCache } from './result-cache.ts'
import { parseViolations } from './values-violations.ts'

export interface ChartRendererOptions {
  readonly helm: Helm
  /** Folder for fetched charts and results. */
  readonly cache: string
  /** A folder of charts that is read instead of all repositories. */
  readonly from: string | undefined
}

/** Takes the helm over and closes it. Throws `HelmError` where helm itself is at fault: no program, no answer in time. */
export async function createChartRenderer({
  helm,
  cache,
  from,
}: ChartRendererOptions): Promise<ChartRenderer> {
  const version = await helm.version().catch(async (error: unknown) => {
    await helm.close()
    throw error
  })
  const source: ChartSource = createChartSource({ helm, cache: join(cache, 'charts'), from })
  const results = createResultCache(join(cache, 'results'))
  return {
    async render(request) {
      const chart = await source.fetch(request.chart, request.repository)
      if (chart.kind === 'refused') return chart
      const { releaseName, namespace } = request
      const inputs = [version, chart.digest, digestOfValues(request), releaseName, namespace]
      const known = await results.read(inputs)
      if (known) return known
      const outcome = await renderChart(helm, request, chart)
      await results.write(inputs, outcome)
      return outcome
    },
    close: helm.close,
  }
}

function digestOfValues({ values }: RenderRequest): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex')
}

type Fetched = Extract<FetchedChart, { kind: 'fetched' }>

async function renderChart(
  helm: Helm,
  { chart, releaseName, namespace, values }: RenderRequest,
  { path, outsideSchema }: Fetched,
): Promise<RenderOutcome> {
  const skipSchema = outsideSchema !== undefined
  try {
    const manifest = await helm.template({ chart: path, releaseName, namespace, values, skipSchema })
    const reading = readRenderedObjects(manifest)
    return reading.kind === 'read'
      ? { kind: 'rendered', objects: reading.objects, uncheckedSchema: outsideSchema }
      : { kind: 'failed', message: `what it renders is no YAML: ${reading.message}` }
  } catch (error) {
    if (!(error instanceof HelmError) || !isAboutChart(error)) throw error
    const violations = parseViolations(error.stderr, chart.name)
    if (violations) return { kind: 'invalidValues', violations }
    return { kind: 'failed', message: messageOf(error, path) }
  }
}

/** Helm ended by itself, or the chart made it talk without end. A slow machine is no fault of the chart. */
function isAboutChart({ kind, exitCode }: HelmError): boolean {
  return exitCode !== undefined || kind === 'tooLarge'
}

/** Helm's own words, without the paths of this machine and its advice on debugging. */
function messageOf({ stderr, message, kind }: HelmError, path: string): string {
  if (kind === 'tooLarge') return message
  const said = stderr
    .replace(/^Error: /m, '')
    .replace(/\n\s*Use --debug flag.*$/s, '')
    .replaceAll(path, 'the chart')
    .trim()
  return said || message
}
