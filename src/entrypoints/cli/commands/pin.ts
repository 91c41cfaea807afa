import type { Command } from 'commander'
import { addClusterOptions, type ClusterOptions, clusterInput } from '../cluster-options.ts'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface PinOptions extends OrderOptions, ClusterOptions {
  readonly group?: string
  readonly reason: string
}

export function addPin(program: Command, session: Session): Command {
  const command = program
    .command('pin')
    .summary('keep a service on one version')
    .description(
      'Keeps a service on one version, in a group or everywhere, by a Pin in the catalog under your name. A pinned group may move down to an older version, in waves; pinned clusters take no other version than theirs.',
    )
    .argument('<service>')
    .argument('<version>')
    .requiredOption('--reason <text>', 'why, for everyone who asks what a release waits for')
    .option('--group <group>', 'only in this deployment group')
  addClusterOptions(command, 'only these clusters')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl pin payments 1.4.2 --group prod --reason "the audit is made of this version"
  halctl pin payments 1.4.2 --cluster prod-euw4-01 'prod-use1-*' --reason "old kernel"
  halctl pin payments 1.4.2 --selector env=prod,tier=edge --reason "old kernel" --dry-run`,
    )
    .action(async (service: string, version: string, options: PinOptions, self: Command) => {
      const { pin } = await import('../../../operations/orders/pin.ts')
      const { group, reason } = options
      const input = { service, version, reason, ...given({ group }), ...clusterInput(options) }
      await session.order(self, { order: pin, input, options: orderOptions(options) })
    })
}
