import type { Command } from 'commander'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface CordonOptions extends OrderOptions {
  readonly reason: string
}

export function addCordon(program: Command, session: Session): Command {
  const command = program
    .command('cordon')
    .summary('keep every wave from clusters')
    .description(
      'Keeps every wave of every service from clusters, by a Cordon for each name or glob in the catalog under your name. What they have stays, and rollouts go on without them.',
    )
    .argument('<cluster...>', 'names, or globs such as prod-euw4-*')
    .requiredOption('--reason <text>', 'why, for everyone who asks what a cluster waits for')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl cordon prod-euw4-01 --reason "its disks are replaced"
  halctl cordon prod-euw4-01 prod-euw4-02 --reason "rack move" --yes
  halctl cordon 'prod-euw4-*' --reason "the region is in trouble" --dry-run`,
    )
    .action(async (clusters: string[], options: CordonOptions, self: Command) => {
      const { cordon } = await import('../../../operations/orders/cordon.ts')
      const input = { clusters, reason: options.reason }
      await session.order(self, { order: cordon, input, options: orderOptions(options) })
    })
}
