import { createLocalForge } from '../../../src/adapters/forge/local/local-forge.ts'
import type { ServerDeps, StoryEvent } from '../../../src/entrypoints/server/deps.ts'
import { createServer, type Server } from '../../../src/entrypoints/server/server.ts'
import { createExampleWorld, type ExampleWorld, openExample } from '../../operations/example-world.ts'

export interface ServedExample {
  readonly example: ExampleWorld
  readonly url: string
  readonly errors: readonly unknown[]
  /** Says that an answer may have changed. */
  nudge(): void
  /** Stores an event, as the controller does. */
  tell(event: Omit<StoryEvent, 'id'>): void
  close(): Promise<void>
}

/** The example company in the middle of its day, served on loopback. */
export async function serveExample(overrides: Partial<ServerDeps> = {}, port = 0): Promise<ServedExample> {
  const example = await createExampleWorld()
  const { world } = example
  const listeners = new Set<() => void>()
  const errors: unknown[] = []
  const events: StoryEvent[] = world.events.map((event, at) => ({ ...event, id: at + 1 }))
  const nudge = (): void => listeners.forEach((listener) => listener())
  const server: Server = await createServer({
    title: 'example company',
    workspace: async () => openExample(example),
    events: ({ service, cluster, afterId = 0, limit }) =>
      events
        .filter(
          (event) =>
            event.id > afterId &&
            (service ?? event.service) === event.service &&
            (cluster ?? event.cluster) === event.cluster,
        )
        .toReversed()
        .slice(0, limit),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    pulls: createLocalForge({ repository: world.fleet, clock: () => world.clock.now() }),
    onError: (error) => errors.push(error),
    ...overrides,
  })
  return {
    example,
    url: await server.listen(port, '127.0.0.1'),
    errors,
    nudge,
    tell(event) {
      events.push({ ...event, id: events.length + 1 })
      nudge()
    },
    close: server.close,
  }
}
