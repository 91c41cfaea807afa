import type { Command } from 'commander'
import { exitCodes } from '../exit-codes.ts'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

interface VerifyOptions {
  readonly cluster?: string
  readonly service?: string
  readonly fleetCommit?: string
}

export function addVerify(program: Command, session: Session): Command {
  return program
    .command('verify')
    .summary('whether every file of the fleet is what the catalog renders')
    .description(
      'Renders every file of the fleet again, from the catalog commit that the commit which brought it names, and compares the bytes. Needs both repositories with their history, and no server.',
    )
    .option('--cluster <cluster>', 'only the files of this cluster')
    .option('--service <service>', 'only the files of this service')
    .option('--fleet-commit <revision>', 'the fleet at this commit, branch or tag (default: main)')
    .addHelpText(
      'after',
      `
Exits with 1 when anything is found.

Examples:
  halctl verify
  halctl verify --cluster prod-use1-07
  halctl verify --service payments --fleet-commit 3f2c9d0…`,
    )
    .action(async (options: VerifyOptions, command: Command) => {
      const [{ verify }, { viewVerify }] = await Promise.all([
        import('../../../operations/verify.ts'),
        import('../views/verify.ts'),
      ])
      const { cluster, service, fleetCommit } = options
      await session.answer(command, {
        ask: (workspace) => verify.handler(workspace, given({ cluster, service, fleetCommit })),
        view: viewVerify,
        exitCode: ({ findings }) => (findings.length > 0 ? exitCodes.error : exitCodes.ok),
      })
    })
}
