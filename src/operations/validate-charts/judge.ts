import type { RenderOutcome } from '../../adapters/helm/port.ts'
import type { FieldPath, Finding } from '../../core/domain/finding.ts'
import { judgeObject } from './forbidden.ts'
import type { Rendering } from './renderings.ts'

type Fault = Pick<Finding, 'field' | 'message' | 'remedy'> & {
  readonly severity?: Finding['severity']
}

/** A rendering with what helm made of it. */
export interface Judged {
  readonly rendering: Rendering
  readonly outcome: RenderOutcome
}

/**
 * The findings about renderings, at the value or at the chart reference. What several renderings of a version have in
 * common is one finding, which names clusters unless it is so on all.
 *
 * @param installer the service account that Flux installs charts as
 */
export function judgeOutcomes(judged: readonly Judged[], installer: string): readonly Finding[] {
  const groups = new Map<
    string,
    { readonly finding: Finding; readonly targets: number; clusters: string[] }
  >()
  for (const { rendering, outcome } of judged) {
    for (const fault of faultsOf(rendering, outcome, installer)) {
      const finding = toFinding(rendering, fault)
      const key = JSON.stringify([finding.file, finding.field, finding.message])
      const group = groups.get(key) ?? { finding, targets: rendering.targets, clusters: [] }
      group.clusters.push(...rendering.clusters)
      groups.set(key, group)
    }
  }
  return [...groups.values()].map(({ finding, targets, clusters }) =>
    new Set(clusters).size === targets
      ? finding
      : { ...finding, message: `${finding.message}, on ${someOf(new Set(clusters))}` },
  )
}

function toFinding({ version, isNewest }: Rendering, { severity = 'error', ...fault }: Fault): Finding {
  return {
    ...fault,
    // A version never changes, so an error in an older one could never be mended.
    severity: isNewest ? severity : 'warning',
    scope: { kind: 'service', name: version.service },
    file: version.file,
  }
}

function someOf(clusters: ReadonlySet<string>): string {
  const [first = ''] = clusters
  return clusters.size === 1 ? `cluster ${first}` : `cluster ${first} and ${clusters.size - 1} more`
}

function faultsOf(rendering: Rendering, outcome: RenderOutcome, installer: string): readonly Fault[] {
  const { chart } = rendering
  switch (outcome.kind) {
    case 'refused':
      return [{ field: chartField, message: outcome.message, remedy: outcome.remedy }]
    case 'failed':
      return [
        withoutSecrets(rendering, {
          field: chartField,
          message: `chart ${chart.name} ${chart.version} does not render: ${outcome.message}`,
          remedy: 'give the values that it asks for, or mend the chart',
        }),
      ]
    case 'invalidValues':
      return outcome.violations.map(({ path, message }) =>
        withoutSecrets(rendering, {
          field: ['spec', 'values', ...path],
          message: `chart ${chart.name} ${chart.version} refuses this: ${message}`,
          remedy: "write what the chart's values.schema.json asks for",
        }),
      )
    case 'rendered':
      return [
        ...outcome.objects.flatMap((object) => {
          const forbidden = judgeObject(object, rendering.service, installer)
          return forbidden === undefined ? [] : [{ field: chartField, ...forbidden }]
        }),
        ...(outcome.uncheckedSchema === undefined ? [] : [uncheckedSchema(outcome.uncheckedSchema)]),
      ]
  }
}

const chartField: FieldPath = ['spec', 'chart']

function uncheckedSchema(reference: string): Fault {
  return {
    field: chartField,
    message: `the values were not checked, as the chart's values.schema.json reads from ${reference}`,
    remedy: 'let the schema hold all that it refers to',
    severity: 'warning',
  }
}

/** Fragments of values are known inside the cluster only, and what is missing here may be in one. */
function withoutSecrets({ version }: Rendering, fault: Fault): Fault {
  if (version.secrets.every(({ target }) => target !== undefined)) return fault
  return { ...fault, message: `${fault.message} (without the values of its secrets)`, severity: 'warning' }
}
