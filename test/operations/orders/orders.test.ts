import { beforeAll, describe, expect, it } from 'vitest'
import { readDefaultTemplates } from '../../../src/adapters/catalog/templates.ts'
import { createMemoryClone } from '../../../src/adapters/git/memory.ts'
import { openGitCatalog } from '../../../src/compose/catalog-access.ts'
import { KnownError } from '../../../src/operations/known-error.ts'
import type { Order } from '../../../src/operations/orders/order.ts'
import { commitOrder, draftOrder } from '../../../src/operations/orders/commit-order.ts'
import { operations, orders } from '../../../src/operations/table.ts'
import { openWorkspace, type Workspace } from '../../../src/operations/workspace.ts'
import { createExampleWorld, type ExampleWorld, openExample } from '../example-world.ts'

const { hold, resume, rollback } = orders

let example: ExampleWorld
let workspace: Workspace

beforeAll(async () => {
  example = await createExampleWorld()
  workspace = await openExample(example)
})

it('orders are called by their own names', () => {
  expect(Object.entries(orders).filter(([name, order]) => order.name !== name)).toEqual([])
})

describe('hold', () => {
  it('writes one file of its scope and day, and says what it stops on how many clusters', async () => {
    const { summary, changes, affects, message } = await hold.prepare(workspace, {
      service: 'payments',
      group: 'prod',
      reason: 'refund totals: "odd"',
    })
    expect(summary[0]).toBe('prod: no wave of payments opens on 6 clusters')
    expect(affects).toEqual([{ service: 'payments', group: 'prod', clusters: 6, failing: 0 }])
    expect(message).toBe('Hold payments in prod\n\nrefund totals: "odd"\n')
    expect(changes).toEqual([
      {
        path: 'directives/hold-payments-prod-20261118.yaml',
        text: expect.stringContaining('name: hold-payments-prod-20261118\n'),
      },
    ])
  })

  it.each([
    [{ service: 'payments' }, /^payments: no wave opens in devel, prod-canary and prod, 12 clusters$/],
    [{ group: 'prod' }, /^prod: no wave of any service opens on 6 clusters$/],
    [{}, /^everything: no wave of any service opens in devel, prod-canary and prod, 12 clusters$/],
  ])('of %o tells how far it reaches', async (scope, told) => {
    expect((await hold.prepare(workspace, { ...scope, reason: 'x' })).summary[0]).toMatch(told)
  })

  it('tells which hold is there already', async () => {
    const { summary } = await hold.prepare(workspace, { service: 'catalog-web', reason: 'x' })
    expect(summary).toContain(
      'catalog-web is held already: the search index is being rebuilt (directives/hold-catalog-web.yaml)',
    )
  })

  it('keeps the name of its file a DNS label, however long its parts are', async () => {
    const name = 'a'.repeat(53)
    const view = await workspace.catalog()
    const service = view.snapshot.catalog.services.get('payments')
    if (!service) throw new Error('the example has no payments')
    const services = new Map([...view.snapshot.catalog.services, [name, { ...service, name }]])
    const catalog = { ...view.snapshot.catalog, services }
    const { changes } = await hold.prepare(
      { ...workspace, catalog: async () => ({ ...view, snapshot: { ...view.snapshot, catalog } }) },
      { service: name, group: 'prod', reason: 'x' },
    )
    expect(changes[0]?.path).toMatch(/^directives\/hold-a{46}-20261118\.yaml$/)
  })

  it.each([
    [{ service: 'paymets' }, 'did you mean payments?'],
    [{ group: 'prd' }, 'did you mean prod?'],
  ])('of %o names what was meant', async (scope, remedy) => {
    await expect(hold.prepare(workspace, { ...scope, reason: 'x' })).rejects.toMatchObject({
      name: 'KnownError',
      remedy,
    })
  })
})

describe('resume', () => {
  it.each(['catalog-web', 'hold-catalog-web'])('of %s removes the file of the hold', async (name) => {
    const { changes, input, message } = await resume.prepare(workspace, { hold: name })
    expect(changes).toEqual([{ path: 'directives/hold-catalog-web.yaml', remove: true }])
    expect(input).toEqual({ hold: 'hold-catalog-web' })
    expect(message).toBe('Resume catalog-web\n\nEnds hold-catalog-web: the search index is being rebuilt\n')
  })

  it.each([
    ['hold-catalog-wbe', 'did you mean hold-catalog-web?'],
    ['payments', 'what it waits for: halctl status payments'],
  ])('of %s tells that there is no such hold', async (name, remedy) => {
    await expect(resume.prepare(workspace, { hold: name })).rejects.toMatchObject({ remedy })
  })
})

describe('rollback', () => {
  it('tells how many clusters go from which version to which, and names the version in its file', async () => {
    const { summary, changes, affects, input } = await rollback.prepare(workspace, {
      service: 'payments',
      group: 'prod',
    })
    expect(summary).toEqual(['prod: 3 clusters go from 1.4.3 back to 1.4.2; 1.4.3 is rejected in prod'])
    expect(affects).toMatchObject([{ service: 'payments', group: 'prod', clusters: 3, failing: 0 }])
    expect(changes[0]).toMatchObject({ text: expect.stringContaining('from: "1.4.3"') })
    expect(input).toMatchObject({ from: '1.4.3' })
  })

  it.each([
    [{ service: 'payments', group: 'prod', from: '1.4.2' }, 'prod has payments 1.4.3, not 1.4.2'],
    [{ service: 'payments', group: 'prod', from: '9.0.0' }, 'there is no version of payments "9.0.0"'],
    [{ service: 'checkout', group: 'prod-canary' }, /^checkout 2\.0\.0 was rejected in prod-canary already/],
  ])('of %o is refused: %s', async (input, message) => {
    await expect(rollback.prepare(workspace, input)).rejects.toThrow(message)
  })
})

describe('an order committed by halctl', () => {
  const author = { name: 'Kim Olsen', email: 'kim@example.com' }

  async function desk(world: ExampleWorld['world']) {
    const templates = await readDefaultTemplates()
    const { writer, parts } = await openGitCatalog(createMemoryClone(world.catalog), {
      location: 'memory',
      templates,
      configuredIn: '/',
    })
    const now = () => world.clock.now()
    const open = async (): Promise<Workspace> => {
      const { fleet } = await openExample({ world, now: now() })
      return openWorkspace({ now: now(), catalog: parts, fleet })
    }
    return { writer, author, push: false, now, workspace: open }
  }

  it('is refused, and nothing is written, when it would be an error in the catalog', async () => {
    const { writer, workspace: open } = await desk(example.world)
    const before = await example.world.catalog.resolve('refs/heads/main')
    const drafting = draftOrder(hold, { reason: 'x'.repeat(2000) }, await open(), writer)
    await expect(drafting).rejects.toThrow(
      /^the order would be an error: directives\/hold-20261118\.yaml:\d+ {2}spec\.reason/,
    )
    expect(await example.world.catalog.resolve('refs/heads/main')).toBe(before)
  })

  it('is made anew on top of what others merged meanwhile, as it was confirmed', async () => {
    const { world } = await createExampleWorld()
    const at = await desk(world)
    const draft = await draftOrder(
      hold,
      { service: 'ledger', reason: 'one' },
      await at.workspace(),
      at.writer,
    )
    const other = await draftOrder(
      hold,
      { service: 'ledger', reason: 'two' },
      await at.workspace(),
      at.writer,
    )
    await commitOrder(hold, other, at)
    const { prepared } = await commitOrder(hold, draft, at)
    expect(prepared.changes[0]?.path).toBe('directives/hold-ledger-20261118-2.yaml')
    const { snapshot } = await (await at.workspace()).catalog()
    const reasons = snapshot.catalog.directives.map(({ reason }) => reason)
    expect(reasons).toEqual(['the search index is being rebuilt', 'two', 'one'])
  })

  it('gives up, and says so, when the catalog moves at every try', async () => {
    const at = await desk(example.world)
    const draft = await draftOrder(hold, { reason: 'x' }, await at.workspace(), at.writer)
    const writer = { ...at.writer, commit: async () => ({ kind: 'stale' as const }) }
    await expect(commitOrder(hold, draft, { ...at, writer })).rejects.toThrow(KnownError)
  })

  it('stops the next wave until it is resumed, and a rollback sends the moved clusters back', async () => {
    const { world } = await createExampleWorld()
    const at = await desk(world)
    const running = world.startController()
    const order = async (of: Order, input: Record<string, unknown>): Promise<unknown> =>
      commitOrder(of, await draftOrder(of, input, await at.workspace(), at.writer), at)
    const pass = async (seconds: number): Promise<void> => {
      const end = world.clock.now() + seconds
      while (world.clock.now() < end) {
        await running.controller.step()
        await world.clock.advanceTo(world.clock.now() + 30)
      }
      await running.controller.step()
    }
    const prod = () =>
      running.controller
        .view()
        ?.plans.get('payments')
        ?.groups.find(({ group }) => group === 'prod')

    await order(hold, { service: 'payments', group: 'prod', reason: 'an incident' })
    const held = await operations.explain.handler(await at.workspace(), { service: 'payments' })
    expect(held.answers[2]).toMatchObject({
      move: 'kim@example.com ends it: halctl resume hold-payments-prod-20261118',
      rules: [{ rule: 'candidate' }, { rule: 'soak' }, { rule: 'hold', text: 'an incident' }],
    })
    await pass(900)
    expect(prod()).toMatchObject({ state: 'rolling', wave: 2, waitsFor: [{ gate: 'hold' }] })

    await order(resume, { hold: 'payments' })
    await pass(900)
    expect(prod()).toMatchObject({ state: 'proven', wave: 3 })

    await order(rollback, { service: 'payments', group: 'prod' })
    await pass(120)
    expect(prod()).toMatchObject({ state: 'rejected' })
    const planned = (await (await at.workspace()).planning()).plan('payments')
    const { desired } = planned.input
    const inProd = planned.input.groups.find(({ group }) => group.name === 'prod')?.targets ?? []
    const versions = [...inProd].map(
      (cluster) => desired.files[desired.file[cluster] ?? 0]?.release.split('@')[0],
    )
    expect(new Set(versions)).toEqual(new Set(['1.4.2']))
  })
})
