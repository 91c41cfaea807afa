import type { Command } from 'commander'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface PromoteOptions extends OrderOptions {
  readonly group: string
  readonly proof: string
  readonly reason: string
}

export function addPromote(program: Command, session: Session): Command {
  const command = program
    .command('promote')
    .summary('let a version start in a group without proof of the groups before')
    .description(
      'Lets a version start in a group at once, without the proof of the groups before it. Each wave still has its soak, budget and approval, and its pull request shows what stands in for the proof.',
    )
    .argument('<service>')
    .argument('<version>')
    .requiredOption('--group <group>', 'in this deployment group')
    .requiredOption('--proof <text>', 'what stands in for the proof, in words or as a link')
    .requiredOption('--reason <text>', 'why, for the pull requests and history')
  return addOrderOptions(command, { canWait: false })
    .addHelpText(
      'after',
      `
Examples:
  halctl promote payments 1.4.3 --group prod --proof https://ci.example.com/payments/1.4.3 --reason "prod-canary is being rebuilt"
  halctl promote payments 1.4.3 --group prod --proof "tested by hand" --reason "hotfix" --dry-run`,
    )
    .action(async (service: string, version: string, options: PromoteOptions, self: Command) => {
      const { promote } = await import('../../../operations/orders/promote.ts')
      const { group, proof, reason } = options
      const input = { service, version, group, proof, reason }
      await session.order(self, { order: promote, input, options: orderOptions(options) })
    })
}
