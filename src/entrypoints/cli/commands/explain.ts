import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

interface FreshOption {
  readonly fresh?: true
}

export function addExplain(program: Command, session: Session): Command {
  return program
    .command('explain')
    .summary('why a service does or does not move on, rule by rule')
    .description(
      'Why a service does or does not move on: every rule that decides, whether it is met, and where it is written.',
    )
    .argument('<service>')
    .argument('[cluster]', 'on this cluster; without it, in each group')
    .option('--fresh', 'work it out from the repositories, whatever a controller published')
    .addHelpText(
      'after',
      `
Examples:
  halctl explain payments
  halctl explain payments prod-use1-07`,
    )
    .action(
      async (service: string, cluster: string | undefined, { fresh }: FreshOption, command: Command) => {
        const [{ publishedExplanation }, { viewExplain }] = await Promise.all([
          import('../../../operations/published-answers.ts'),
          import('../views/explain.ts'),
        ])
        await session.answer(command, {
          async ask(workspace) {
            const published = fresh ? undefined : await publishedExplanation(workspace, service, cluster)
            if (published) return published
            const { explain } = await import('../../../operations/explain.ts')
            const { withoutPublished } = await import('../../../operations/workspace.ts')
            return explain.handler(withoutPublished(workspace), { service, ...given({ cluster }) })
          },
          view: viewExplain,
        })
      },
    )
}
