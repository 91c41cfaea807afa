import type { WorkloadReport } from '../../../core/domain/report.ts'
import type { Instant } from '../../../core/domain/time.ts'
import { unschedulable } from './release-content.ts'
import type { NodeSize, ReleaseContent } from './release-content.ts'
import type { ReleaseState } from './state.ts'

/** Replaces the pods by those of other content; running ones that are the same stay. */
export function rollOut(release: ReleaseState, content: ReleaseContent, node: NodeSize, now: Instant): void {
  const same = release.running?.key === content.key
  if (same && release.workloads.every((workload) => workload.current)) return
  release.running = content
  const message = obstacle(release, content, node) ?? 'rolling out'
  release.workloads = [
    workloadReport(content, false, now, `0/${content.workload.replicas} ready, ${message}`),
  ]
}

/** All pods run and pass their probes. */
export function becomeReady(release: ReleaseState, now: Instant): void {
  const content = release.running
  if (content === undefined || release.workloads.every((workload) => workload.current)) return
  release.workloads = [workloadReport(content, true, now, '')]
}

/** Pods that ran fail now. */
export function breakDown(release: ReleaseState, message: string, now: Instant): void {
  const content = release.running
  if (content === undefined) return
  release.workloads = [
    workloadReport(content, false, now, `0/${content.workload.replicas} ready, ${message}`),
  ]
}

/** What keeps the pods of this content from ever being ready here; undefined: nothing. */
export function obstacle(release: ReleaseState, content: ReleaseContent, node: NodeSize): string | undefined {
  const crash = release.crash?.content === content.key ? release.crash.message : undefined
  return unschedulable(content.workload, node) ?? crash
}

function workloadReport(
  content: ReleaseContent,
  current: boolean,
  since: Instant,
  message: string,
): WorkloadReport {
  const { kind, namespace, name } = content.workload
  return { kind, namespace, name, current, since, message }
}
