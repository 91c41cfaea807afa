import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Session, WorkContext } from '../session.ts'

interface CatalogOptions {
  readonly name?: string
  readonly fleetUrl: string
  readonly service: string
  readonly owner?: string
  readonly chartRepository: string
  readonly platformTeam: string
  readonly ownerTeam?: string
  readonly git: boolean
}

interface FleetOptions {
  readonly platformTeam: string
  readonly releaseTeam: string
  readonly bare?: boolean
  readonly git: boolean
}

export function addInit(program: Command, session: Session): Command {
  const init = program
    .command('init')
    .summary('begin a catalog or a fleet repository')
    .description('Begins a repository in a folder that is new or empty, with its first commit.')
    .usage('<catalog|fleet|schemas> [options]')
  addCatalog(init, session)
  addFleet(init, session)
  addSchemas(init, session)
  return init.addHelpText(
    'after',
    `
Examples:
  halctl init catalog catalog --service payments --fleet-url https://git.example.com/platform/fleet.git
  halctl init fleet fleet.git --bare
  halctl init schemas`,
  )
}

function addCatalog(init: Command, session: Session): void {
  init
    .command('catalog')
    .summary('settings, groups, clusters, a service: all that a catalog has')
    .description(
      'Writes a whole catalog: settings, the groups devel, prod-canary and prod with a cluster each, a chart repository, a service with one version, and a workflow that validates pull requests. It has no findings as it is.',
    )
    .argument('<folder>', 'new, or empty')
    .option('--name <name>', 'of the installation (default: the name of the folder)')
    .option('--fleet-url <url>', 'of the fleet repository', 'https://git.example.com/platform/fleet.git')
    .option('--service <service>', 'name of the first service', 'hello')
    .option('--owner <team>', 'who owns that service (default: team-<service>)')
    .option('--chart-repository <url>', 'where charts come from', 'oci://registry.example.com/charts')
    .option('--platform-team <team>', 'for CODEOWNERS: who owns the catalog', '@your-org/platform-team')
    .option('--owner-team <team>', 'for CODEOWNERS: who owns the service (default: @your-org/<owner>)')
    .option('--no-git', 'write files alone, without a repository')
    .addHelpText(
      'after',
      `
Examples:
  halctl init catalog catalog
  halctl init catalog . --service payments --owner team-payments --owner-team @example/payments
  halctl init catalog catalog --no-git`,
    )
    .action(async (folder: string, options: CatalogOptions, self: Command) => {
      const { catalogFiles } = await import('../../../operations/init/catalog-files.ts')
      await session.perform(self, async (context) => {
        const { local } = context.deps
        const owner = options.owner ?? `team-${options.service}`
        const names = {
          ...options,
          name: options.name ?? nameOf(folder, context.deps.cwd),
          owner,
          ownerTeam: options.ownerTeam ?? `@your-org/${owner.replaceAll(' ', '-')}`,
          halyardVersion: local.version,
        }
        const files = catalogFiles(names, await local.readPackage('schemas'))
        const kind = options.git ? 'workTree' : 'folder'
        return create(context, { folder, files, message: `Begin the catalog of ${names.name}\n`, kind })
      })
    })
}

function addFleet(init: Command, session: Session): void {
  init
    .command('fleet')
    .summary('what Halyard writes and clusters read')
    .description(
      'Writes a fleet repository as Halyard begins it: README, CODEOWNERS, a workflow that keeps people out of clusters/ and rollouts/, and both folders empty.',
    )
    .argument('<folder>', 'new, or empty')
    .option('--bare', 'a bare repository, to push to')
    .option('--platform-team <team>', 'for CODEOWNERS: who owns the repository', '@your-org/platform-team')
    .option(
      '--release-team <team>',
      'for CODEOWNERS: who is asked where a group wants approval',
      '@your-org/release-managers',
    )
    .option('--no-git', 'write files alone, without a repository')
    .addHelpText(
      'after',
      `
Examples:
  halctl init fleet fleet
  halctl init fleet /srv/git/fleet.git --bare
  halctl init fleet fleet --platform-team @example/platform --release-team @example/releases`,
    )
    .action(async (folder: string, options: FleetOptions, self: Command) => {
      const { fleetFiles } = await import('../../../operations/init/fleet-files.ts')
      if (options.bare === true && !options.git)
        self.error("error: options '--bare' and '--no-git' cannot be used together")
      await session.perform(self, async (context) => {
        const { local } = context.deps
        const files = fleetFiles(await local.readPackage('fleet-repo-layout'), options, local.version)
        const kind = options.bare === true ? 'bare' : options.git ? 'workTree' : 'folder'
        return create(context, { folder, files, message: 'Begin the fleet repository\n', kind })
      })
    })
}

function addSchemas(init: Command, session: Session): void {
  init
    .command('schemas')
    .summary("bring a catalog's schemas up to date")
    .description('Writes .halyard/schemas/ of a catalog: what editors check its files against.')
    .argument('[folder]', 'the catalog', '.')
    .addHelpText('after', '\nExamples:\n  halctl init schemas')
    .action(async (folder: string, _options, self: Command) => {
      const { writeSchemas } = await import('../write-schemas.ts')
      await session.perform(self, async (context) => writeSchemas(context, folder))
    })
}

interface Creation {
  readonly folder: string
  readonly files: ReadonlyMap<string, string>
  readonly message: string
  readonly kind: 'folder' | 'workTree' | 'bare'
}

async function create({ deps, output }: WorkContext, creation: Creation): Promise<number> {
  const { folder, files, message, kind } = creation
  const made = await deps.local.createRepository({ path: resolve(deps.cwd, folder), files, message, kind })
  const { viewCreated } = await import('../views/init.ts')
  if (output === 'json' || output === 'yaml') {
    const { formatData } = await import('../format-data.ts')
    deps.stdout.write(await formatData({ ...made, kind, files: [...files.keys()].toSorted() }, output))
  } else {
    deps.stdout.write(viewCreated(made, [...files.keys()], folder))
  }
  return 0
}

/** A folder's name as a DNS label. */
function nameOf(folder: string, cwd: string): string {
  const name = basename(resolve(cwd, folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return name.slice(0, 63).replace(/-+$/, '') || 'catalog'
}
