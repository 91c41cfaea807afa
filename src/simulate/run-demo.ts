import { join } from 'node:path'
import { type Demo, type DemoOptions, openDemo } from './demo.ts'
import { createTeller, tellSummary, tellWhereToLook } from './tell.ts'

export interface RunDemoOptions {
  readonly folder: string
  readonly speed: number
  readonly fresh: boolean
  readonly exitWhenSettled: boolean
  /** Folder with another company's `catalog/` and `story/`; undefined: the example company. */
  readonly company?: string
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
  // Events of a step follow each other with no reader between: the demo is there when the first is told.
  const demo: Demo = await openDemo({
    folder,
    company: options.company ?? join(options.project, 'examples'),
    fleetLayout: join(options.project, 'fleet-repo-layout'),
    speed,
    fresh: options.fresh,
    // Whoever is paged is named by the event that pages.
    notifier: { notify: async () => {} },
    onEvent: (event) => output.write(teller.event(event)),
    onStep(outcome, seconds) {
      output.write(teller.step(demo.controller.view(), demo.clock.now()))
      options.onStep(outcome, seconds)
    },
    onStory: (clusters) => output.write(teller.storyBegins(clusters, demo.clock.now())),
    onStoryStep: (step, at) => output.write(teller.storyStep(step, at)),
    onError: (error) =>
      errors.write(`step failed, trying again: ${error instanceof Error ? error.message : String(error)}\n`),
    pullRequestUrl: (number) => `${url}/pulls/${number}`,
  })
  const server = await options.serve(demo)
  url = server.url
  const teller = createTeller(output.colour, await demo.hasBegun())
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
