import type { Controller } from './controller.ts'

/** The same controller, telling how each of its steps went and how many seconds it took. */
export function timedController(
  controller: Controller,
  onStep: (outcome: string, seconds: number) => void,
): Controller {
  return {
    ...controller,
    async step() {
      const startedAt = performance.now()
      let outcome = 'failed'
      try {
        const result = await controller.step()
        outcome = result.kind === 'stepped' ? (result.acted ? 'acted' : 'idle') : result.kind
        return result
      } finally {
        onStep(outcome, (performance.now() - startedAt) / 1000)
      }
    },
  }
}
