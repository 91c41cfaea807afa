import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface UncordonOptions extends OrderOptions {
  readonly reason?: string
}

export function addUncordon(program: Command, session: Session): Command {
  const command = program
    .command('uncordon')
    .summary('let waves take clusters again')
    .description(
      'Ends cordons: removes their files from the catalog, under your name. The clusters catch up, in waves.',
    )
    .argument('<cluster...>', 'clusters or globs as they were cordoned, or names of cordons')
    .option('--reason <text>', 'why, for the commit')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl uncordon prod-euw4-01
  halctl uncordon 'prod-euw4-*' --reason "the region is back" --yes`,
    )
    .action(async (clusters: string[], options: UncordonOptions, self: Command) => {
      const { uncordon } = await import('../../../operations/orders/uncordon.ts')
      const input = { clusters, ...given({ reason: options.reason }) }
      await session.order(self, { order: uncordon, input, options: orderOptions(options) })
    })
}
