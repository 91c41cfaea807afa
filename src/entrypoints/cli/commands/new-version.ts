import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { KnownError } from '../../../operations/known-error.ts'
import type { CliDeps } from '../deps.ts'
import { given } from '../../../operations/given.ts'
import type { Session } from '../session.ts'

interface NewVersionOptions {
  readonly from?: string
  readonly chartVersion?: string
  readonly digest?: string
  readonly resolveDigest?: boolean
  readonly revision?: string
  readonly values?: string
  readonly set: readonly string[]
  readonly setString: readonly string[]
  readonly changelog?: string
  readonly commit?: string
  readonly author?: string
  readonly commitToBranch?: string
  readonly push?: boolean
  readonly dryRun?: boolean
}

export function addNewVersion(program: Command, session: Session): Command {
  const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value]
  return program
    .command('new-version')
    .summary('write a version of a service from an earlier one')
    .description(
      'Writes services/<service>/versions/<version>.yaml from an earlier version, with its comments, and checks the whole catalog with it first. The same version with the same content may be asked for again.',
    )
    .argument('<service>')
    .argument('<version>', 'semantic version; it never changes afterwards')
    .option('--from <version>', 'copy this one (default: the newest below it, else the newest)')
    .option('--chart-version <version>', 'of the chart; needs a digest')
    .option('--digest <digest>', 'sha256:… of the chart, or of the artifact of a kustomize payload')
    .option('--resolve-digest', 'ask the chart repository for the digest')
    .option('--revision <commit>', 'of the repository that a kustomize payload comes from')
    .option('--values <file>', 'all values, instead of those that are copied; - reads standard input')
    .option('--set <path=value>', 'a value, typed as helm --set does; may be repeated', collect, [])
    .option('--set-string <path=value>', 'a value that is always text; may be repeated', collect, [])
    .option('--changelog <text>', 'what changed, for reviewers')
    .option('--commit <commit>', 'of the source code (default: what CI or git says)')
    .option('--author <author>', 'who made it (default: what CI or git says)')
    .option('--commit-to-branch <name>', 'commit it on a new branch, for a pull request')
    .option('--push', 'push that branch; without one, commit to the branch here and push it')
    .option('--dry-run', 'print the file, and write nothing')
    .addHelpText(
      'after',
      `
Examples:
  halctl new-version payments 1.4.3 --set image.tag=1.4.3 --changelog "Retry card networks"
  halctl new-version payments 1.5.0 --chart-version 1.4.0 --resolve-digest
  halctl new-version edge-proxy 2.1.0 --revision 3f2c9d0e4b7a81c65d20f9e8a7b6c5d4e3f2a1b0
  halctl new-version payments 1.4.3 --set image.tag=1.4.3 --commit-to-branch release/payments-1.4.3 --push`,
    )
    .action(async (service: string, version: string, options: NewVersionOptions, self: Command) => {
      const { giveNewVersion } = await import('../give-new-version.ts')
      await session.author(self, async (context) => {
        const { from, chartVersion, digest, resolveDigest, revision, set, setString, changelog } = options
        const [values, source] = await Promise.all([
          readValues(options.values, context.deps),
          sourceOf(options, context.deps),
        ])
        const optional = { from, chartVersion, digest, resolveDigest, revision, values, changelog, ...source }
        const input = { service, version, set: [...set], setString: [...setString], ...given(optional) }
        return giveNewVersion(context, input, options)
      })
    })
}

async function readValues(file: string | undefined, { cwd }: CliDeps): Promise<string | undefined> {
  if (file === undefined) return undefined
  return readText(file, cwd).catch((error: unknown) => {
    throw new KnownError(
      `${file} can not be read: ${error instanceof Error ? error.message : String(error)}`,
      'give a YAML file of values',
      { cause: error },
    )
  })
}

/** Flags, then what a CI system says, then git: of a repository that is not the catalog. */
async function sourceOf({ commit, author }: NewVersionOptions, deps: CliDeps) {
  const { sourceFromEnvironment } = await import('../../../operations/authoring/version-source.ts')
  const said = sourceFromEnvironment(deps.env)
  const found = { commit: commit ?? said.commit, author: author ?? said.author }
  if (found.commit !== undefined && found.author !== undefined) return found
  const checkedOut = await deps.local.describeSource(deps.cwd)
  return { commit: found.commit ?? checkedOut.commit, author: found.author ?? checkedOut.author }
}

async function readText(file: string, cwd: string): Promise<string> {
  if (file !== '-') return readFile(resolve(cwd, file), 'utf8')
  const { text } = await import('node:stream/consumers')
  return text(process.stdin)
}
