import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

export function addPlan(program: Command, session: Session): Command {
  return program
    .command('plan')
    .summary('what happens next with each service, and what it waits for')
    .description('What Halyard would do at its next step with each service, and which gates are not open.')
    .argument('[service]', 'only this service, with the clusters of each proposal')
    .addHelpText(
      'after',
      `
Examples:
  halctl plan
  halctl plan payments
  halctl plan payments -o json`,
    )
    .action(async (service: string | undefined, _options, command: Command) => {
      const [{ plan }, { viewPlan }] = await Promise.all([
        import('../../../operations/plan.ts'),
        import('../views/plan.ts'),
      ])
      await session.answer(command, {
        ask: (workspace) => plan.handler(workspace, given({ service })),
        view: (answer, page) => viewPlan(answer, service !== undefined, page),
      })
    })
}
