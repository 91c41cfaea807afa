import { setTimeout as sleepFor } from 'node:timers/promises'
import type { KubernetesObserver } from '../adapters/flux/kubernetes/observer.ts'
import type { Event } from '../adapters/store/port.ts'
import type { Clock } from '../controller/clock.ts'
import type { Controller, StepResult } from '../controller/controller.ts'
import { runLoop } from '../controller/loop.ts'
import { timedController } from '../controller/timed-controller.ts'
import { formatInstant } from '../core/domain/time.ts'
import type { RunArguments } from '../entrypoints/halyard/main.ts'
import type { Server } from '../entrypoints/server/server.ts'
import { createStepRecorder } from '../entrypoints/server/step-recorder.ts'
import { openLiveWorkspace } from './live-workspace.ts'
import { openRun, type Run } from './run-parts.ts'

/** Seconds between two looks at the repositories. Clusters are heard as they change. */
const pollEvery = 15
/** Milliseconds between two steps, however much changes: each step fetches both repositories. */
const restBetween = 2000

/** `halyard run`: the controller over real clusters until it is told to stop. Returns the exit code. */
export async function runController(options: RunArguments, signal: AbortSignal): Promise<number> {
  const { stdout, stderr } = process
  const listeners = new Set<() => void>()
  const notify = (): void => listeners.forEach((listener) => listener())
  const onEvent = (event: Event): void => void stdout.write(eventLine(event))
  const onError = (error: unknown): void =>
    void stderr.write(`step failed, trying again: ${messageOf(error)}\n`)
  const run = await openRun({ ...options, onEvent, now: () => Math.floor(Date.now() / 1000) })
  const steps = createStepRecorder()
  const controller = timedController(run.controller, (outcome, seconds) => {
    steps.record(outcome, seconds)
    notify()
  })
  try {
    const server = await serve(run, options, steps.read, listeners)
    stdout.write(`halyard runs on ${run.describe()}${server ? `, dashboard at ${server.url}` : ''}\n`)
    try {
      if (options.once) return await runOnce(controller, stdout)
      const clock = wakingClock(run.clock, run.observer)
      await runLoop(controller, { clock, pollEvery, signal, onError })
    } finally {
      await server?.close()
    }
  } finally {
    await run.close()
  }
  stdout.write('stopped\n')
  return 0
}

/** Steps until nothing is left to do at this moment. */
async function runOnce(controller: Controller, stdout: { write(text: string): unknown }): Promise<number> {
  for (;;) {
    const result = await controller.step()
    if (result.kind === 'stepped' && result.acted) continue
    stdout.write(`${describe(result)}\n`)
    return result.kind === 'stepped' ? 0 : 1
  }
}

function describe(result: StepResult): string {
  switch (result.kind) {
    case 'standby':
      return `another controller has the lease until ${formatInstant(result.until)}`
    case 'empty':
      return result.reason
    case 'stepped':
      return result.settled
        ? 'nothing is left to do'
        : 'nothing is left to do now: rollouts wait for their gates'
  }
}

/** Pauses end early when a cluster reports something new. */
function wakingClock(clock: Clock, observer: KubernetesObserver): Clock {
  return {
    now: clock.now,
    async sleep(seconds, signal) {
      const over = new AbortController()
      const ending = signal ? AbortSignal.any([signal, over.signal]) : over.signal
      const change = async (): Promise<void> => {
        await sleepFor(restBetween, undefined, { signal: ending }).catch(() => undefined)
        await observer.changed(ending)
      }
      await Promise.race([clock.sleep(seconds, ending), change()])
      over.abort()
    },
  }
}

async function serve(
  run: Run,
  { listen }: RunArguments,
  steps: ReturnType<typeof createStepRecorder>['read'],
  listeners: Set<() => void>,
): Promise<{ readonly url: string; close(): Promise<void> } | undefined> {
  if (listen === undefined) return undefined
  const { createServer } = await import('../entrypoints/server/server.ts')
  const server: Server = await createServer({
    title: run.title,
    workspace: async () => openLiveWorkspace({ ...run, view: () => run.controller.view() }),
    events: (filter) => run.store.events(filter),
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ...(run.pulls && { pulls: run.pulls }),
    ...(run.pullRequestUrl && { pullRequestUrl: run.pullRequestUrl }),
    steps,
    onError: (error) => void process.stderr.write(`dashboard: ${messageOf(error)}\n`),
  })
  const url = await server.listen(listen.port, listen.host)
  return { url, close: async () => server.close() }
}

function eventLine({ at, kind, service, group, cluster, text }: Event): string {
  const subject = [service, group, cluster].filter((each) => each !== undefined).join(' ')
  return `${formatInstant(at)} ${kind}${subject === '' ? '' : ` ${subject}`}  ${text.replaceAll(/\s*\n\s*/g, ' · ')}\n`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
