import { createHash } from 'node:crypto'
import type { ChartReference } from '../../core/domain/service-version.ts'
import { inspectArchive, maxArchive } from './inspect-chart.ts'

export type FetchedChart =
  | {
      readonly kind: 'fetched'
      /** An archive, or a folder of a chart. */
      readonly path: string
      /** Of what was fetched, to remember results by. */
      readonly digest: string
      /** A reference that helm would follow out of the chart's schema. */
      readonly outsideSchema: string | undefined
    }
  | ChartRefusal

export interface ChartRefusal {
  readonly kind: 'refused'
  readonly message: string
  readonly remedy: string
}

/** What was fetched, once it is known to be safe to open. */
export function judgeArchive(path: string, archive: Uint8Array): FetchedChart {
  const inspection = inspectArchive(archive)
  if (inspection.kind === 'unsafe') return unsafe(inspection.message)
  return { kind: 'fetched', path, digest: digestOf(archive), outsideSchema: inspection.outsideSchema }
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

export function unsafe(message: string): ChartRefusal {
  return {
    kind: 'refused',
    message: `the chart is not opened: ${message}`,
    remedy: 'package the chart again with helm package, without links',
  }
}

export function mismatch(chart: ChartReference, where: string, digest: string): ChartRefusal {
  return {
    kind: 'refused',
    message: `chart ${chart.name} ${chart.version} in ${where} has digest ${digest}, not the one that is pinned`,
    remedy: 'find out who changed it; if the new content is right, release it as a new chart version',
  }
}

export function tooLarge(chart: ChartReference, where: string): ChartRefusal {
  return {
    kind: 'refused',
    message: `chart ${chart.name} ${chart.version} in ${where} is larger than ${maxArchive / 1024 / 1024} MiB`,
    remedy: 'leave out of the chart what is no template, by .helmignore',
  }
}

/** @param file where the repository's URL is written */
export function unavailable(chart: ChartReference, where: string, story: string, file: string): ChartRefusal {
  return {
    kind: 'refused',
    message: `chart ${chart.name} ${chart.version} could not be had from ${where}: ${story}`,
    remedy: `check the url in ${file}; charts on this machine are read by --charts-from <folder>`,
  }
}
