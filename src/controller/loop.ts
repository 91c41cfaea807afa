import type { Seconds } from '../core/domain/time.ts'
import type { Clock } from './clock.ts'
import type { Controller, StepResult } from './controller.ts'

export interface LoopOptions {
  readonly clock: Clock
  /** Longest pause between steps: repositories are polled, whatever webhooks say. */
  readonly pollEvery: Seconds
  readonly signal: AbortSignal
  /** Told of every step; a true answer ends the loop. */
  readonly onStep?: (result: StepResult) => boolean | Promise<boolean>
  /** Told of a step that threw. The loop goes on: whatever it was, the next step starts from what is there. */
  readonly onError: (error: unknown) => void
}

/** Steps until the signal is aborted, never interrupting a step: a stop is graceful. */
export async function runLoop(controller: Controller, options: LoopOptions): Promise<void> {
  const { clock, signal, pollEvery } = options
  while (!signal.aborted) {
    const result = await stepOnce(controller, options)
    if (result && (await options.onStep?.(result))) return
    await clock.sleep(pauseAfter(result, clock, pollEvery), signal)
  }
}

async function stepOnce(controller: Controller, { onError }: LoopOptions): Promise<StepResult | undefined> {
  try {
    return await controller.step()
  } catch (error) {
    onError(error)
    return undefined
  }
}

function pauseAfter(result: StepResult | undefined, clock: Clock, pollEvery: Seconds): Seconds {
  if (result?.kind !== 'stepped') return pollEvery
  if (result.acted) return 0
  return Math.max(1, Math.min(pollEvery, result.validUntil - clock.now()))
}
