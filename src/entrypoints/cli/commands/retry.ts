import type { Command } from 'commander'
import { addClusterOptions, type ClusterOptions, clusterInput } from '../cluster-options.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface RetryOptions extends OrderOptions, ClusterOptions {
  readonly group: string
  readonly reason: string
}

export function addRetry(program: Command, session: Session): Command {
  const command = program
    .command('retry')
    .summary('try again what failed')
    .description(
      'Makes what failed until now void, in a service and a group: clusters that were set apart are taken again by waves, a rejected version starts again at its first wave, a halted one goes on. Budgets stay as they are.',
    )
    .argument('<service>')
    .requiredOption('--group <group>', 'in this deployment group')
    .requiredOption('--reason <text>', 'why it will go well this time')
  addClusterOptions(command, 'only these clusters, and no rejection')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl retry payments --group prod --reason "the image registry is back"
  halctl retry payments --group prod --cluster prod-use1-01 --reason "its node pool grew"`,
    )
    .action(async (service: string, options: RetryOptions, self: Command) => {
      const { retry } = await import('../../../operations/orders/retry.ts')
      const { group, reason } = options
      const input = { service, group, reason, ...clusterInput(options) }
      await session.order(self, { order: retry, input, options: orderOptions(options) })
    })
}
