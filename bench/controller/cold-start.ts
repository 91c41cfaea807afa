import { openController } from './open-controller.ts'
import { answerParent, collectGarbage } from './parts.ts'

/** What a process that only holds the controller takes, and how long it took to get there. */
export interface ColdStart {
  /** Until the first step was over: catalog and fleet read, every service planned. */
  readonly firstStepMs: number
  readonly catalogMs: number
  readonly fleetMs: number
  /** Until every placement was reported healthy. */
  readonly settledMs: number
  /** Before and after the garbage of the start was collected. */
  readonly beforeBytes: number
  readonly residentBytes: number
  readonly heapBytes: number
  readonly peakBytes: number
}

/** The child of `controller.ts`: `cold-start.ts <catalog> <fleet> <folder>`, with `--expose-gc`. */
const [catalog = '', fleet = '', folder = ''] = process.argv.slice(2)
const began = performance.now()
let fleetMs = 0
const { controller, catalogMs, allReported } = await openController({ catalog, fleet }, folder, (ports) => ({
  ...ports,
  fleet: {
    ...ports.fleet,
    async sync() {
      const start = performance.now()
      const state = await ports.fleet.sync()
      fleetMs ||= performance.now() - start
      return state
    },
  },
}))
await controller.step()
const firstStepMs = performance.now() - began
while (!allReported()) await controller.step()
const settledMs = performance.now() - began
await controller.step()
const beforeBytes = process.memoryUsage.rss()
await collectGarbage()
const { rss, heapUsed } = process.memoryUsage()
const result: ColdStart = {
  firstStepMs,
  catalogMs: catalogMs(),
  fleetMs,
  settledMs,
  beforeBytes,
  residentBytes: rss,
  heapBytes: heapUsed,
  peakBytes: process.resourceUsage().maxRSS * 1024,
}
answerParent(result)
