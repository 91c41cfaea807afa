import type { Command } from 'commander'
import { addClusterOptions, type ClusterOptions, clusterInput } from '../cluster-options.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface SkipOptions extends OrderOptions, ClusterOptions {
  readonly group: string
  readonly reason: string
}

export function addSkip(program: Command, session: Session): Command {
  const command = program
    .command('skip')
    .summary('let a version go on without some clusters')
    .description(
      'Leaves clusters out of the waves of one version in a group, and out of all of its counts. What they have stays; the next version takes them again.',
    )
    .argument('<service>')
    .argument('<version>')
    .requiredOption('--group <group>', 'in this deployment group')
    .requiredOption('--reason <text>', 'why, for everyone who asks what became of the clusters')
  addClusterOptions(command, 'these clusters')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl skip payments 1.4.3 --group prod --cluster prod-usc1-01 --reason "out of reach since its uplink broke"
  halctl skip payments 1.4.3 --group prod --selector tier=edge --reason "no power" --dry-run`,
    )
    .action(async (service: string, version: string, options: SkipOptions, self: Command) => {
      const { skip } = await import('../../../operations/orders/skip.ts')
      const { group, reason } = options
      const input = { service, version, group, reason, ...clusterInput(options) }
      await session.order(self, { order: skip, input, options: orderOptions(options) })
    })
}
