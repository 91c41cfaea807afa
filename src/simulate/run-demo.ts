import { join } from 'node:path'
import { createLogNotifier } from '../adapters/notify/log-notifier.ts'
import { type Demo, type DemoOptions, openDemo } from './demo.ts'
import { tellEvent, tellSummary, tellWhereToLook } from './tell.ts'

export interface RunDemoOptions {
  readonly folder: string
  readonly speed: number
  readonly fresh: boolean
  readonly exitWhenSettled: boolean
  /** The project's root, where examples and the fleet repository's layout are. */
  readonly project: string
  readonly output: { write(text: string): unknown; readonly colour: boolean }
  readonly errors: { write(text: string): unknown }
  readonly signal: AbortSignal
  readonly onStep: DemoOptions['onStep']
  /** Serves the dashboard of the demo; its URL, and how to end it. */
  readonly serve: (demo: Demo) => Promise<{ readonly url: string; close(): Promise<void> }>
}

/** Runs the example company in the terminal and on a page. Returns the exit code. */
export async function runDemo(options: RunDemoOptions): Promise<number> {
  const { output, errors, folder, speed } = options
  let url = ''
  const demo = await openDemo({
    folder,
    examples: join(options.project, 'examples'),
    fleetLayout: join(options.project, 'fleet-repo-layout'),
    speed,
    fresh: options.fresh,
    notifier: createLogNotifier((line) => output.write(`          ${line}\n`)),
    onEvent: (event) => output.write(tellEvent(event, output.colour)),
    onStep: options.onStep,
    onError: (error) =>
      errors.write(`step failed, trying again: ${error instanceof Error ? error.message : String(error)}\n`),
    pullRequestUrl: (number) => `${url}/pulls/${number}`,
  })
  const server = await options.serve(demo)
  url = server.url
  output.write(demo.resumed ? 'going on where the last run was interrupted (--fresh begins anew)\n' : '')
  output.write(`the example company at ${speed} times real time, in ${folder}     ${url}\n\n`)
  try {
    await demo.run(options.signal, (summary) => {
      output.write(
        `\n${tellSummary(summary)}${tellWhereToLook(folder, options.exitWhenSettled ? undefined : url)}`,
      )
      if (!options.exitWhenSettled) output.write('the dashboard stays up until Ctrl-C\n')
      return options.exitWhenSettled
    })
  } finally {
    await server.close()
    await demo.close()
  }
  return options.signal.aborted && !demo.isOver() ? 130 : 0
}
