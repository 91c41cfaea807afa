import type { Signature } from '../port.ts'
import { runGit } from './run-git.ts'

/**
 * The author that git would write: GIT_AUTHOR_NAME and GIT_AUTHOR_EMAIL, then author.* and user.* of the repository's
 * and the user's configuration (git-var(1), GIT_AUTHOR_IDENT). Undefined: nobody said, and git would have to guess.
 */
export async function readAuthor(directory: string): Promise<Signature | undefined> {
  const args = ['-C', directory, '-c', 'user.useConfigOnly=true', 'var', 'GIT_AUTHOR_IDENT']
  const { exitCode, stdout } = await runGit({ repository: undefined, args, answers: [0, 128] })
  const [, name = '', email = ''] = /^(.*) <(.*)> \d+ [-+]\d{4}\s*$/.exec(stdout) ?? []
  return exitCode === 0 && name !== '' && email !== '' ? { name, email } : undefined
}
