import { join } from 'node:path'
import type { DemoArguments } from '../entrypoints/halyard/main.ts'
import { createServer, type Server } from '../entrypoints/server/server.ts'
import { createStepRecorder } from '../entrypoints/server/step-recorder.ts'
import type { Demo } from '../simulate/demo.ts'
import { runDemo } from '../simulate/run-demo.ts'
import { openLiveWorkspace } from './live-workspace.ts'

const usualPort = 8080

/** Takes the usual port, or any free one where that is taken; a port that was asked for must be free. */
async function listen(server: Server, port: number | undefined): Promise<string> {
  if (port !== undefined) return server.listen(port, '127.0.0.1')
  return server.listen(usualPort, '127.0.0.1').catch(async (error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      return server.listen(0, '127.0.0.1')
    throw error
  })
}

/** `halyard demo`: the example company in the terminal and on a page of localhost. Returns the exit code. */
export async function runDemoCommand(options: DemoArguments, signal: AbortSignal): Promise<number> {
  const { stdout, stderr, env } = process
  const steps = createStepRecorder()
  const listeners = new Set<() => void>()
  const serve = async (demo: Demo): Promise<{ url: string; close(): Promise<void> }> => {
    const server = await createServer({
      title: 'Example company',
      workspace: async () =>
        openLiveWorkspace({ ...demo, view: () => demo.controller.view(), holder: 'demo' }),
      events: (filter) => demo.store.events(filter),
      subscribe(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      pulls: demo.forge,
      steps: steps.read,
      onError: (error) =>
        stderr.write(
          `dashboard: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
        ),
    })
    const url = new URL(await listen(server, options.port))
    return { url: `http://localhost:${url.port}`, close: () => server.close() }
  }
  return runDemo({
    ...options,
    project: join(import.meta.dirname, '../..'),
    output: { write: (text) => stdout.write(text), colour: stdout.isTTY && !env['NO_COLOR'] },
    errors: stderr,
    signal,
    serve,
    onStep(outcome, seconds) {
      steps.record(outcome, seconds)
      for (const listener of listeners) listener()
    },
  })
}
