import type { Static } from 'typebox'
import { formatFindings } from '../../../core/check/format-findings.ts'
import type { Finding } from '../../../core/domain/finding.ts'
import type { validate } from '../../../operations/validate.ts'
import type { validateCharts } from '../../../operations/validate-charts.ts'
import type { Page } from '../session.ts'
import { counted } from './counted.ts'

type ValidateAnswer = Static<typeof validate.output> | Static<typeof validateCharts.output>

export function viewValidate(answer: ValidateAnswer, { style, isColoured }: Page): string {
  const { services, versions, clusters, groups, findings } = answer
  const parts = [
    counted(services, 'service'),
    counted(versions, 'version'),
    counted(clusters, 'cluster'),
    counted(groups, 'group'),
    ...('charts' in answer ? [counted(answer.charts, 'chart'), counted(answer.renderings, 'rendering')] : []),
  ]
  if (findings.length === 0) return `${style.good('no findings')} in ${parts.join(', ')}\n`
  return formatFindings(findings.map(toFinding), { color: isColoured })
}

/** What a finding stops is not printed: its file tells. */
function toFinding({ position, scope: _scope, ...finding }: ValidateAnswer['findings'][number]): Finding {
  return { ...finding, scope: { kind: 'catalog' }, ...(position && { position }) }
}
