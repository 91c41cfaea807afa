import type { Command } from 'commander'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

interface FreshOption {
  readonly fresh?: true
}

export function addStatus(program: Command, session: Session): Command {
  return program
    .command('status')
    .summary('where services stand, how healthy they are, what they wait for')
    .description('Where each service stands in each group, how healthy it is and what it waits for.')
    .argument('[service]', 'only this service, with its failing clusters')
    .option('--fresh', 'work it out from the repositories, whatever a controller published')
    .addHelpText(
      'after',
      `
HEALTHY counts the clusters that a rollout has moved while it rolls, else all that the service targets.

Examples:
  halctl status
  halctl status payments --watch
  halctl status -o json | jq '.services[] | select(.failures != [])'`,
    )
    .action(async (service: string | undefined, { fresh }: FreshOption, command: Command) => {
      const [{ publishedStatus }, { viewService, viewServices }] = await Promise.all([
        import('../../../operations/published-answers.ts'),
        import('../views/status.ts'),
      ])
      await session.answer(command, {
        async ask(workspace) {
          const published = fresh ? undefined : await publishedStatus(workspace, service)
          if (published) return published
          const { status } = await import('../../../operations/status.ts')
          const { withoutPublished } = await import('../../../operations/workspace.ts')
          return status.handler(withoutPublished(workspace), given({ service }))
        },
        view: (answer, page) => {
          const [only] = answer.services
          return service !== undefined && only ? viewService(answer, only, page) : viewServices(answer, page)
        },
      })
    })
}
