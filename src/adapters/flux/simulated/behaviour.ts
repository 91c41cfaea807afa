import type { WorkloadReport } from '../../../core/domain/report.ts'
import type { Seconds } from '../../../core/domain/time.ts'

/** A range of seconds, both ends included. */
export interface SecondsRange {
  readonly min: Seconds
  readonly max: Seconds
}

/** What the simulated controllers and kubelets do where Git does not say. */
export interface Behaviour {
  /** How often a cluster looks for its first directory; later its own GitRepository says. */
  readonly pollInterval: Seconds
  /** Wait before a missing dependency or source is looked for again (Flux's `--requeue-dependency`). */
  readonly requeueDependency: Seconds
  /** From a new generation to the start of its reconciliation. */
  readonly startDelay: SecondsRange
  /** How long workloads take to become ready. */
  readonly readyTime: SecondsRange
  /** Workload kind by chart name; others are Deployments. */
  readonly workloadKinds: Readonly<Record<string, WorkloadReport['kind']>>
  /** What kustomize builds of a source, by the commit or digest that it is pinned to. */
  readonly payloads: Readonly<Record<string, SimulatedPayload>>
}

/** What is left out: a Deployment, as large as its variables say. */
export interface SimulatedPayload {
  readonly kind?: WorkloadReport['kind']
  /** Kubernetes quantities that each pod requests. */
  readonly memory?: string
  readonly cpu?: string
  /** Why it does not build. */
  readonly error?: string
}

export const defaultBehaviour: Behaviour = {
  pollInterval: 60,
  requeueDependency: 30,
  startDelay: { min: 1, max: 3 },
  readyTime: { min: 5, max: 25 },
  workloadKinds: {},
  payloads: {},
}

/** Spreads what happens at many places over a range: the same words always give the same seconds. */
export function spread(range: SecondsRange, ...words: readonly (string | number)[]): Seconds {
  return range.min + (hash(words.join('/')) % (range.max - range.min + 1))
}

/** FNV-1a, 32 bits. */
export function hash(text: string): number {
  let value = 0x811c9dc5
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value >>> 0
}
