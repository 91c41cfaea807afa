import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface RollbackOptions extends OrderOptions {
  readonly group: string
  readonly from?: string
  readonly reason?: string
}

export function addRollback(program: Command, session: Session): Command {
  const command = program
    .command('rollback')
    .summary('reject a version in a group and send its clusters back')
    .description(
      'Rejects the version that a group has, and sends every cluster that it moved back to what it ran before, failing ones first.',
    )
    .argument('<service>')
    .requiredOption('--group <group>', 'in this deployment group')
    .option('--from <version>', 'only if the group has this version')
    .option('--reason <text>', 'why, for the pull request and history')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl rollback payments --group prod
  halctl rollback payments --group prod --from 1.4.3 --reason "double refunds" --yes
  halctl rollback payments --group prod --dry-run`,
    )
    .action(async (service: string, options: RollbackOptions, self: Command) => {
      const { rollback } = await import('../../../operations/orders/rollback.ts')
      const { group, from, reason } = options
      const input = { service, group, ...given({ from, reason }) }
      await session.order(self, { order: rollback, input, options: orderOptions(options) })
    })
}
