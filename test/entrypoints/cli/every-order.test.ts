import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
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

const reason = ['--reason', 'because']

const halctl = async (args: readonly string[], at = catalog): Promise<Run> => world.run(at, args)
const tree = async (): Promise<string> => git(catalog, ['rev-parse', 'main^{tree}'])
const last = async (): Promise<string> =>
  git(catalog, ['show', '--format=%an <%ae>%n%s', '--name-status', 'main'])

it.each([
  [['pin', 'payments', '1.4.2', '--group', 'prod'], ['unpin', 'payments'], 'Pin payments in prod to 1.4.2'],
  [['freeze', '--group', 'prod', '--for', '4h'], ['unfreeze', '--group', 'prod'], 'Freeze prod'],
  [['freeze'], ['unfreeze'], 'Freeze everything'],
  [['hold', '--group', 'prod'], ['resume', '--group', 'prod'], 'Hold prod'],
  [
    ['cordon', 'prod-euw4-01', 'prod-use1-01'],
    ['uncordon', 'prod-use1-01', 'prod-euw4-01'],
    'Cordon prod-euw4-01, prod-use1-01',
  ],
])('halctl %j is one commit of who gives it, and %j takes it back whole', async (order, ending, subject) => {
  const before = await tree()
  expect(await halctl([...order, ...reason, '--yes'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await last()).toMatch(
    new RegExp(`^Kim Olsen <kim@example\\.com>\n${subject}\n\n(A\tdirectives/.*\n?)+$`),
  )
  expect(await halctl([...ending, '--yes'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await tree()).toBe(before)
})

it.each([
  [['promote', 'checkout', '2.0.0', '--group', 'prod', '--proof', 'by hand'], 'promote-checkout-prod'],
  [['withdraw', 'payments', '1.4.3', '--move'], 'withdraw-payments-1-4-3'],
  [['retry', 'checkout', '--group', 'prod-canary'], 'retry-checkout-prod-canary'],
  [['skip', 'payments', '1.4.3', '--group', 'prod', '--cluster', 'prod-euw1-01'], 'skip-payments-prod'],
  [
    ['expedite', 'payments', '1.4.3', '--soak', '10s', '--approved-by', 'ana@example.com'],
    'expedite-payments-1-4-3',
  ],
])('halctl %j only looked at writes nothing, and given writes its file', async (order, file) => {
  const before = await git(catalog, ['rev-parse', 'main'])
  const looked = await halctl([...order, ...reason, '--dry-run'])
  expect(looked).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`would write directives/${file}-`),
  })
  expect(await git(catalog, ['rev-parse', 'main'])).toBe(before)
  expect(await halctl([...order, ...reason, '--yes'])).toMatchObject({ exitCode: 0, stderr: '' })
  expect(await last()).toMatch(new RegExp(`\nA\tdirectives/${file}-\\d{8}\\.yaml$`))
  expect(await halctl(['validate'])).toMatchObject({ exitCode: 0 })
})

it('is pushed to a repository that a file:// URL names', async () => {
  const url = pathToFileURL(catalog).href
  expect(await halctl(['cordon', 'prod-euw4-01', ...reason, '--yes'], url)).toMatchObject({ exitCode: 0 })
  expect(await last()).toContain('Cordon prod-euw4-01')
})

it('is committed in a work tree, and pushed from there when told so', async () => {
  const workTree = join(world.folder, 'work-tree')
  await git(world.folder, ['clone', '--quiet', catalog, workTree])
  const before = await tree()
  await halctl(['freeze', ...reason, '--yes'], workTree)
  expect(await tree()).toBe(before)
  await git(workTree, ['push', '--quiet'])
  expect(await halctl(['unfreeze', '--yes', '--push'], workTree)).toMatchObject({ exitCode: 0 })
  expect(await tree()).toBe(before)
})

it.each([
  [['pin', 'paymets', '1.4.2', ...reason], 1, 'did you mean payments?'],
  [['pin', 'payments', '1.4.22', ...reason], 1, 'did you mean 1.4.2?'],
  [['promote', 'checkout', '2.0.0', '--group', 'prd', '--proof', 'x', ...reason], 1, 'did you mean prod?'],
  [['cordon', 'prod-euw4-10', ...reason], 1, 'did you mean prod-euw4-01?'],
  [
    ['skip', 'payments', '1.4.3', '--group', 'prod', '--cluster=--upload-pack=x', ...reason],
    1,
    'is no name of a cluster',
  ],
  [['pin', 'payments', '1.4.2', '--reason', 'x\u001b]0;owned\u0007'], 1, 'reason has control characters'],
  [['unpin', 'payments'], 1, 'payments is not pinned'],
  [['freeze', '--until', '2020-01-01', ...reason], 1, 'would be over already'],
  [['freeze', '--for', 'long', ...reason], 2, 'It must be a duration'],
  [
    ['expedite', 'payments', '1.4.3', '--soak', '5', '--approved-by', 'a@b', ...reason],
    2,
    'It must be a duration',
  ],
  [['cordon', 'prod-euw4-01'], 2, "required option '--reason <text>' not specified"],
])('halctl %j is refused, and nothing is written', async (order, exitCode, told) => {
  const before = await git(catalog, ['rev-parse', 'main'])
  expect(await halctl([...order, '--yes'])).toMatchObject({ exitCode, stderr: expect.stringContaining(told) })
  expect(await git(catalog, ['rev-parse', 'main'])).toBe(before)
})
