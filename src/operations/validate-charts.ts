import { Type } from 'typebox'
import type { ChartRenderer } from '../adapters/helm/port.ts'
import { compareFindings } from '../core/check/format-findings.ts'
import { templateName } from '../core/render/fill-template.ts'
import { defineOperation } from './operation.ts'
import { createRenderableCatalog } from './render-catalog.ts'
import { toFinding } from './answer-values.ts'
import { count, object } from './shapes.ts'
import { validate } from './validate.ts'
import { type Judged, judgeOutcomes } from './validate-charts/judge.ts'
import { listRenderings, type Rendering } from './validate-charts/renderings.ts'

/**
 * No row of the table of operations: it runs helm and reaches out to chart repositories, which only a person at
 * their own machine may ask for.
 */
export const validateCharts = defineOperation({
  name: 'validate-charts',
  summary: 'What validate finds, and what the charts make of the values',
  input: object({
    all: Type.Optional(Type.Boolean({ description: 'every version; default: the newest of each service' })),
    chartsFrom: Type.Optional(Type.String({ description: 'a folder read instead of chart repositories' })),
    helm: Type.Optional(Type.String({ description: 'path of the helm program' })),
  }),
  output: object({
    ...validate.output.properties,
    charts: count,
    renderings: count,
  }),
  async handler(workspace, { all = false, chartsFrom, helm }) {
    const [{ snapshot, findings }, answer] = await Promise.all([
      workspace.catalog(),
      validate.handler(workspace, {}),
    ])
    const { catalog } = snapshot
    const renderings = listRenderings(createRenderableCatalog(catalog), all)
    const installer = templateName(catalog.templates.objects['service-account'], 'halyard')
    const charts = await workspace.charts({ from: chartsFrom, helm })
    const judged = await closing(charts, async () => renderAll(charts, renderings))
    const found = snapshot.locate(judgeOutcomes(judged, installer))
    const together = [...findings, ...found].toSorted(compareFindings)
    const errors = together.filter(({ severity }) => severity === 'error').length
    return {
      ...answer,
      errors,
      warnings: together.length - errors,
      findings: together.map(toFinding),
      charts: new Set(renderings.map(({ chart }) => JSON.stringify(chart))).size,
      renderings: renderings.length,
    }
  },
})

async function renderAll(
  charts: ChartRenderer,
  renderings: readonly Rendering[],
): Promise<readonly Judged[]> {
  return Promise.all(
    renderings.map(async (rendering) => {
      const { service, chart, repository, values } = rendering
      const { releaseName, namespace } = service
      const request = { chart, repository, releaseName, namespace, values }
      return { rendering, outcome: await charts.render(request) }
    }),
  )
}

async function closing<Value>(charts: ChartRenderer, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } finally {
    await charts.close()
  }
}
