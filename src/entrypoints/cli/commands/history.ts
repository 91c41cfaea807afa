import { type Command, InvalidArgumentError } from 'commander'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

export function addHistory(program: Command, session: Session): Command {
  return program
    .command('history')
    .summary('what was merged into the fleet, newest first')
    .description(
      'What was merged into the fleet repository, newest first: waves, rollbacks, verdicts, new clusters.',
    )
    .argument('[service]', 'only this service')
    .option('-n, --limit <number>', 'at most so many entries', parseLimit, 20)
    .addHelpText(
      'after',
      `
Examples:
  halctl history
  halctl history payments -n 5 -o wide`,
    )
    .action(async (service: string | undefined, { limit }: { limit: number }, command: Command) => {
      const [{ history }, { viewHistory }] = await Promise.all([
        import('../../../operations/history.ts'),
        import('../views/history.ts'),
      ])
      await session.answer(command, {
        ask: (workspace) => history.handler(workspace, given({ service, limit })),
        view: viewHistory,
      })
    })
}

const mostEntries = 10_000

function parseLimit(text: string): number {
  const limit = Number(text)
  if (Number.isInteger(limit) && limit >= 1 && limit <= mostEntries) return limit
  throw new InvalidArgumentError(`It must be a number from 1 to ${mostEntries}.`)
}
