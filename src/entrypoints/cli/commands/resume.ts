import type { Command } from 'commander'
import { given } from '../given.ts'
import { addOrderOptions, type OrderOptions, orderOptions } from '../order-options.ts'
import type { Session } from '../session.ts'

interface ResumeOptions extends OrderOptions {
  readonly reason?: string
}

export function addResume(program: Command, session: Session): Command {
  const command = program
    .command('resume')
    .summary('end a hold')
    .description('Ends a hold: removes its file from the catalog, under your name.')
    .argument('<hold>', 'its name, or the service that it holds')
    .option('--reason <text>', 'why, for the commit')
  return addOrderOptions(command, { canWait: true })
    .addHelpText(
      'after',
      `
Examples:
  halctl resume payments
  halctl resume hold-prod-20261122 --reason "the network is back" --yes`,
    )
    .action(async (hold: string, options: ResumeOptions, self: Command) => {
      const { resume } = await import('../../../operations/orders/resume.ts')
      const input = { hold, ...given({ reason: options.reason }) }
      await session.order(self, { order: resume, input, options: orderOptions(options) })
    })
}
