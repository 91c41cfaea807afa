import type { PreparedOrder } from '../../operations/orders/order.ts'
import type { CliDeps, OpenedRepositories } from './deps.ts'

type Acknowledgement = NonNullable<PreparedOrder['acknowledgement']>

export type Acknowledged =
  | { readonly kind: 'acknowledged'; readonly seconds: number }
  | { readonly kind: 'timeout'; readonly reason: string }

const lookEvery = 1000

/** Looks at what the controller publishes until it obeys the hold, or no longer does. `timeout` in seconds. */
export async function awaitAcknowledgement(
  deps: Pick<CliDeps, 'now' | 'sleep' | 'signal'>,
  repositories: Pick<OpenedRepositories, 'acknowledgedHolds'>,
  { hold, isHeld }: Acknowledgement,
  timeout: number,
): Promise<Acknowledged> {
  const begin = deps.now()
  for (;;) {
    const holds = await repositories.acknowledgedHolds()
    const seconds = deps.now() - begin
    if (holds !== undefined && holds.includes(hold) === isHeld) return { kind: 'acknowledged', seconds }
    if (seconds >= timeout || deps.signal.aborted) {
      const who =
        holds === undefined ? 'no controller has published anything' : 'no controller has acknowledged it'
      return { kind: 'timeout', reason: `${who} within ${timeout}s` }
    }
    await deps.sleep(lookEvery)
  }
}
