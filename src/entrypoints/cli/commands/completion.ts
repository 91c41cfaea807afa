import { type Command, Argument } from 'commander'
import type { Session } from '../session.ts'

export function addCompletion(program: Command, session: Session): Command {
  const shells = ['bash', 'zsh', 'fish'] as const
  return program
    .command('completion')
    .summary('a script that completes halctl in your shell')
    .description(
      'Prints a script by which a shell completes commands, options, and names of services, groups, clusters and versions of the catalog here.',
    )
    .addArgument(new Argument('<shell>', 'which one').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  source <(halctl completion bash)       in ~/.bashrc
  source <(halctl completion zsh)        in ~/.zshrc, after compinit
  halctl completion fish | source        in ~/.config/fish/config.fish`,
    )
    .action(async (shell: (typeof shells)[number], _options, self: Command) => {
      const { completionScripts } = await import('../completion-scripts.ts')
      await session.perform(self, async ({ deps }) => {
        deps.stdout.write(completionScripts[shell])
        return 0
      })
    })
}

/** What the scripts ask: candidates for the last word, a line each, then `:files` where paths complete it too. */
export function addComplete(program: Command, session: Session): Command {
  return program
    .command('__complete', { hidden: true })
    .argument('[words...]')
    .action(async (words: readonly string[], _options, self: Command) => {
      const { complete } = await import('../complete.ts')
      await session.perform(self, async ({ deps }) => {
        const { candidates, files } = await complete(program, words, deps)
        const lines = candidates.map(({ text, about }) => `${text}\t${about.replaceAll(/\s+/g, ' ')}\n`)
        deps.stdout.write(`${lines.join('')}${files ? ':files\n' : ''}`)
        return 0
      })
    })
}
