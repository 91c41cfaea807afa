import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { git } from '../../adapters/git/real-git.ts'
import { createOrderWorld, type OrderWorld } from './order-world.ts'
import type { Run } from './real-halctl.ts'

let world: OrderWorld
let catalog: string

beforeAll(async () => {
  world = await createOrderWorld()
})

beforeEach(async () => {
  catalog = await world.freshCatalog()
})

afterAll(async () => world.remove())

/** Who has told git no name and no address. */
const nobody = { GIT_AUTHOR_NAME: undefined, GIT_AUTHOR_EMAIL: undefined }

const halctl = async (args: readonly string[], env?: NodeJS.ProcessEnv, at = catalog): Promise<Run> =>
  world.run(at, args, env)

const head = async (): Promise<string> => git(catalog, ['rev-parse', 'main'])
const changed = async (): Promise<string> =>
  git(catalog, ['show', '--format=%an <%ae>%n%B', '--name-status', 'main'])

describe('an order to a bare repository', () => {
  it('is one commit of one file under the name of who gives it, with the reason', async () => {
    const before = await head()
    const { stdout, exitCode } = await halctl([
      'hold',
      'payments',
      '--group',
      'prod',
      '--reason',
      'refund totals',
      '--yes',
    ])
    expect(exitCode).toBe(0)
    const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
    expect(stdout).toContain(`writes directives/hold-payments-prod-${day}.yaml as kim@example.com\n`)
    expect(await changed()).toBe(
      `Kim Olsen <kim@example.com>\nHold payments in prod\n\nrefund totals\n\n\nA\tdirectives/hold-payments-prod-${day}.yaml`,
    )
    expect(await git(catalog, ['rev-parse', 'main^'])).toBe(before)

    await halctl(['resume', 'payments', '--yes'])
    expect(await git(catalog, ['rev-parse', 'main^{tree}'])).toBe(
      await git(catalog, ['rev-parse', `${before}^{tree}`]),
    )
  })

  it('rolls a version back: tells how many clusters go where, before it writes', async () => {
    const { stdout } = await halctl([
      'rollback',
      'payments',
      '--group',
      'prod',
      '--yes',
      '--reason',
      'double refunds',
    ])
    expect(stdout.split('\n')[0]).toBe(
      'prod: 3 clusters go from 1.4.3 back to 1.4.2; 1.4.3 is rejected in prod',
    )
    expect(await changed()).toMatch(
      /Roll payments 1\.4\.3 back in prod\n\ndouble refunds\n\n\nA\tdirectives\/rollback-payments-prod-\d{8}\.yaml$/,
    )
    const again = await halctl(['rollback', 'payments', '--group', 'prod', '--yes'])
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('that is ordered already') })
  })

  it('given by many at once comes from each of them, one commit each', async () => {
    const services = ['payments', 'checkout', 'ledger', 'payments']
    const before = await head()
    const runs = await Promise.all(
      services.map((service, number) => halctl(['hold', service, '--reason', `incident ${number}`, '--yes'])),
    )
    expect(runs.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
      services.map(() => ({ exitCode: 0, stderr: '' })),
    )
    expect(await git(catalog, ['rev-list', '--count', `${before}..main`])).toBe('4')
    expect(await git(catalog, ['diff', '--diff-filter=A', '--name-only', before, 'main'])).toMatch(
      /^directives\/hold-checkout-\d+\.yaml\ndirectives\/hold-ledger-\d+\.yaml\ndirectives\/hold-payments-\d+-2\.yaml\ndirectives\/hold-payments-\d+\.yaml$/,
    )
  })

  it('is not given without a name and an address: nothing is guessed', async () => {
    const before = await head()
    const refused = await halctl(['hold', '--reason', 'x', '--yes'], nobody)
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^error: git knows no name and address .*\n {2}run git config --global user\.name/,
      ),
    })
    expect(await head()).toBe(before)
    await git(catalog, ['config', 'user.name', 'Tom Reed'])
    await git(catalog, ['config', 'user.email', 'tom@example.com'])
    expect((await halctl(['hold', '--reason', 'x', '--yes'], nobody)).exitCode).toBe(0)
    expect(await changed()).toMatch(/^Tom Reed <tom@example\.com>\nHold everything\n/)
  })

  it('only looked at leaves everything as it was, and prints the file', async () => {
    const before = await filesOf(catalog)
    const { stdout, exitCode } = await halctl(['hold', 'ledger', '--reason', 'x', '--dry-run'], nobody)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /\nwould write (directives\/hold-ledger-\d+\.yaml)\n\n# \1\napiVersion: halyard\.dev\/v1\nkind: Hold\n/,
    )
    expect(await filesOf(catalog)).toEqual(before)
  })

  it('is not given where nobody can be asked, and where it names nothing', async () => {
    const before = await filesOf(catalog)
    const unasked = await halctl(['hold', 'ledger', '--reason', 'x'])
    expect(unasked).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('add --yes') })
    const unknown = await halctl(['hold', 'legder', '--reason', 'x', '--yes'])
    expect(unknown).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('did you mean ledger?') })
    expect(await filesOf(catalog)).toEqual(before)
  })

  it('that the repository refuses is told with its words', async () => {
    const before = await head()
    await refusePushes(catalog)
    const { exitCode, stderr } = await halctl(['hold', 'ledger', '--reason', 'x', '--yes'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('main is protected')
    expect(await head()).toBe(before)
  })

  it('waits for the controller as long as it is told to, and stands afterwards', async () => {
    const { exitCode, stderr } = await halctl([
      'hold',
      'ledger',
      '--reason',
      'x',
      '--yes',
      '--wait',
      '--timeout',
      '1s',
    ])
    expect(exitCode).toBe(4)
    expect(stderr).toBe(
      'error: no controller has acknowledged it within 1s\n  the order stands: halctl status tells what the controller sees\n',
    )
    expect(await changed()).toContain('Hold ledger')
  })
})

describe('an order in a work tree', () => {
  let workTree: string

  beforeEach(async () => {
    workTree = join(world.folder, `work-tree-of-${basename(catalog)}`)
    await git(world.folder, ['clone', '--quiet', catalog, workTree])
    await writeFile(join(workTree, 'staged.txt'), 'staged\n')
    await writeFile(join(workTree, 'notes.txt'), 'notes\n')
    await git(workTree, ['add', 'staged.txt'])
  })

  const order = async (...args: readonly string[]): Promise<Run> => halctl(args, {}, workTree)
  const state = async (): Promise<string> =>
    `${await git(workTree, ['status', '--porcelain', '--branch'])}\n${await git(workTree, ['rev-parse', 'HEAD'])}`

  it('is committed there alone, and is not pushed', async () => {
    const before = await head()
    const { stdout, exitCode } = await order('hold', 'ledger', '--reason', 'x', '--yes')
    expect({ exitCode, pushed: await head() }).toEqual({ exitCode: 0, pushed: before })
    expect(stdout).toMatch(/it takes effect once it is on main of the catalog: git push\n$/)
    expect(await git(workTree, ['show', '--name-status', '--format=%an', 'HEAD'])).toMatch(
      /^Kim Olsen\n\nA\tdirectives\/hold-ledger-\d+\.yaml$/,
    )
    expect(await git(workTree, ['status', '--porcelain'])).toBe('A  staged.txt\n?? notes.txt')
  })

  it('is pushed when told so, and carries no other commit along', async () => {
    expect(await order('hold', 'ledger', '--reason', 'x', '--yes', '--push')).toMatchObject({
      exitCode: 0,
      stderr: '',
    })
    expect(await changed()).toContain('Hold ledger')
    await order('hold', 'ledger', '--reason', 'y', '--yes')
    const before = await state()
    const refused = await order('resume', 'catalog-web', '--yes', '--push')
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('main has 1 commit that would be pushed too'),
    })
    expect(await state()).toBe(before)
  })

  it('leaves everything as it was when its push is refused', async () => {
    await refusePushes(catalog)
    const before = await state()
    expect(await order('hold', 'ledger', '--reason', 'x', '--yes', '--push')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('main is protected'),
    })
    expect(await state()).toBe(before)
  })

  it('is not waited for where no controller can see it', async () => {
    const before = await state()
    expect(await order('hold', 'ledger', '--reason', 'x', '--yes', '--wait')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('add --push'),
    })
    expect(await state()).toBe(before)
  })

  it('needs a repository', async () => {
    await rm(join(workTree, '.git'), { recursive: true })
    const { exitCode, stderr } = await order('hold', 'ledger', '--reason', 'x', '--yes')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringContaining('is no git repository'),
    })
  })
})

async function refusePushes(repository: string): Promise<void> {
  const hook = join(repository, 'hooks/pre-receive')
  await mkdir(join(hook, '..'), { recursive: true })
  await writeFile(hook, '#!/bin/sh\necho main is protected >&2\nexit 1\n')
  await chmod(hook, 0o755)
}

/** Every file of a folder with what it holds. */
async function filesOf(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(
    await Promise.all(paths.toSorted().map(async (path) => [path, await readFile(path, 'latin1')] as const)),
  )
}
