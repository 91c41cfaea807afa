import { placementStateNames } from '../../core/domain/placement.ts'
import type { Workspace } from '../../operations/workspace.ts'
import type { ServerDeps } from './deps.ts'
import { stepBounds, type StepFigures } from './step-recorder.ts'

interface Family {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly samples: readonly Sample[]
}

interface Sample {
  /** What follows the family's name: `_bucket`. */
  readonly suffix?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

/** Everything worth an alert, in Prometheus' text format 0.0.4. */
export async function readMetrics(deps: ServerDeps, workspace: Workspace): Promise<string> {
  const steps = deps.steps?.()
  const families = [
    ...(steps ? stepFamilies(steps) : []),
    ...(deps.pulls ? [await pullRequestFamily(deps.pulls)] : []),
    ...(await fleetFamilies(workspace)),
  ]
  return families.map(formatFamily).join('')
}

function stepFamilies({ outcomes, buckets, sum, count }: StepFigures): readonly Family[] {
  const bucket = (le: string, value: number): Sample => ({ suffix: '_bucket', labels: { le }, value })
  return [
    {
      name: 'halyard_steps_total',
      help: 'Steps of the controller since it started, by outcome.',
      type: 'counter',
      samples: [...outcomes].map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
    {
      name: 'halyard_step_seconds',
      help: 'How long a step took.',
      type: 'histogram',
      samples: [
        ...stepBounds.map((bound, at) => bucket(String(bound), buckets[at] ?? 0)),
        bucket('+Inf', count),
        { suffix: '_sum', value: sum },
        { suffix: '_count', value: count },
      ],
    },
  ]
}

async function pullRequestFamily(pulls: NonNullable<ServerDeps['pulls']>): Promise<Family> {
  const all = await pulls.all({ limit: Number.MAX_SAFE_INTEGER })
  return {
    name: 'halyard_pull_requests',
    help: 'Pull requests of the local forge, by what became of them.',
    type: 'gauge',
    samples: (['open', 'merged', 'closed'] as const).map((state) => ({
      labels: { state },
      value: all.filter((pull) => pull.state === state).length,
    })),
  }
}

async function fleetFamilies(workspace: Workspace): Promise<readonly Family[]> {
  const planning = await workspace.planning()
  const states = placementStateNames.map(() => 0)
  const gates = new Map<string, number>()
  for (const service of planning.services(undefined)) {
    const { input, plan } = planning.plan(service)
    for (const { targets } of input.groups)
      for (const cluster of targets) {
        const state = input.observed.state[cluster] ?? 0
        states[state] = (states[state] ?? 0) + 1
      }
    for (const { waitsFor } of plan.groups)
      for (const { gate } of waitsFor) gates.set(gate, (gates.get(gate) ?? 0) + 1)
  }
  const silent = planning.catalog.snapshot.catalog.clusters.filter(
    ({ name }) => planning.observations.view.silent[planning.targets.index.ordinalOf(name) ?? -1] !== 0,
  ).length
  return [
    gauge(
      'halyard_placements',
      'Services on clusters, by state.',
      placementStateNames.map((state, at) => ({ labels: { state }, value: states[at] ?? 0 })),
    ),
    gauge(
      'halyard_gates_not_open',
      'Gates that hold a service up in a group, by name.',
      [...gates]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([gate, value]) => ({ labels: { gate }, value })),
    ),
    gauge('halyard_clusters_silent', 'Clusters out of contact.', [{ value: silent }]),
    gauge('halyard_observed_timestamp_seconds', 'The moment that all of this speaks of.', [
      { value: planning.observations.at },
    ]),
  ]
}

function gauge(name: string, help: string, samples: readonly Sample[]): Family {
  return { name, help, type: 'gauge', samples }
}

function formatFamily({ name, help, type, samples }: Family): string {
  const lines = samples.map(({ suffix = '', labels = {}, value }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(text)}"`)
    return `${name}${suffix}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

function escapeLabel(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
