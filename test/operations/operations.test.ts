import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { operations } from '../../src/operations/table.ts'
import type { Workspace } from '../../src/operations/workspace.ts'
import { createExampleWorld, type ExampleWorld, openExample } from './example-world.ts'

let example: ExampleWorld
let workspace: Workspace

beforeAll(async () => {
  example = await createExampleWorld()
  workspace = await openExample(example)
})

const { status, explain, plan, diff, render, history, validate } = operations

describe('every answer matches its output schema', () => {
  const questions: readonly [string, object, () => Promise<unknown>][] = [
    ['status', status.output, () => status.handler(workspace, {})],
    ['plan', plan.output, () => plan.handler(workspace, {})],
    ['explain of groups', explain.output, () => explain.handler(workspace, { service: 'checkout' })],
    [
      'explain of a cluster',
      explain.output,
      () => explain.handler(workspace, { service: 'payments', cluster: 'prod-use1-02' }),
    ],
    ['render', render.output, () => render.handler(workspace, { service: 'payments' })],
    ['diff', diff.output, () => diff.handler(workspace, {})],
    ['history', history.output, () => history.handler(workspace, { limit: 1000 })],
    ['validate', validate.output, () => validate.handler(workspace, {})],
  ]
  it.each(questions)('%s', async (_name, schema, ask) => {
    const check = new Ajv2020({ strict: true, strictRequired: false }).compile(schema)
    check(JSON.parse(JSON.stringify(await ask())))
    expect(check.errors).toBeNull()
  })

  it('and is called by its own name', () => {
    expect(Object.entries(operations).filter(([name, operation]) => operation.name !== name)).toEqual([])
  })
})

describe('status', () => {
  it('tells what rolls, how far, and until when it soaks', async () => {
    const { services, publishedBy } = await status.handler(workspace, { service: 'payments' })
    const prod = services[0]?.groups.find(({ group }) => group === 'prod')
    expect(publishedBy).toBe('controller')
    expect(services[0]).toMatchObject({ newest: '1.4.3', summary: 'rolling in prod', failures: [] })
    expect(prod).toMatchObject({
      state: 'rolling',
      wave: 2,
      waves: 3,
      targets: 6,
      placements: { total: 3, failed: 0, silent: 0 },
      desired: [
        { version: '1.4.2', clusters: 3 },
        { version: '1.4.3', clusters: 3 },
      ],
    })
    expect(prod?.waitsFor.map(({ gate }) => gate)).toContain('soak')
  })

  it('tells which cluster failed, why, and that it went back', async () => {
    const { services } = await status.handler(workspace, { service: 'checkout' })
    expect(services[0]?.summary).toBe('rejected in prod-canary')
    expect(services[0]?.failures).toMatchObject([
      {
        group: 'prod-canary',
        version: '2.0.0',
        returned: true,
        fault: 'service',
        evidence: expect.stringContaining('memory'),
      },
    ])
    expect(services[0]?.groups[1]?.placements).toEqual({ total: 2, healthy: 2, failed: 0, silent: 0 })
  })

  it('tells that a service waits although all of its groups are proven', async () => {
    const { services } = await status.handler(workspace, { service: 'catalog-web' })
    expect(services[0]?.summary).toBe('waiting in devel')
    expect(services[0]?.groups[0]?.waitsFor).toMatchObject([{ gate: 'hold', state: 'shut' }])
  })

  it('names the service that was meant', async () => {
    await expect(status.handler(workspace, { service: 'paymets' })).rejects.toMatchObject({
      name: 'KnownError',
      remedy: 'did you mean payments?',
    })
  })
})

describe('explain', () => {
  it('tells which wave takes a cluster that waits, and not before when', async () => {
    const cluster = await clusterOnVersion('1.4.2')
    const { answers } = await explain.handler(workspace, { service: 'payments', cluster })
    expect(answers[0]).toMatchObject({
      group: 'prod',
      headline: `payments on ${cluster} runs 1.4.2 and waits for 1.4.3`,
      earliest: { at: expect.stringMatching(/Z$/) },
    })
    expect(answers[0]?.rules.map(({ rule, verdict }) => `${verdict} ${rule}`)).toEqual([
      'yes targeted',
      'yes in contact',
      'yes candidate',
      'not wave',
      expect.stringMatching(/^not (soak|health)$/),
    ])
    expect(rule(answers, 'targeted').place).toMatch(/^services\/payments\/service\.yaml:\d+$/)
    expect(rule(answers, 'wave').text).toMatch(/^2 of 3 is open; this cluster is [456]th, wave 3 takes it$/)
  })

  it('tells that a cluster has what there is', async () => {
    const cluster = await clusterOnVersion('1.4.3')
    const { answers } = await explain.handler(workspace, { service: 'payments', cluster })
    expect(answers[0]?.headline).toBe(`payments on ${cluster} runs 1.4.3 and waits for nothing`)
    expect(rule(answers, 'health').verdict).toBe('yes')
    expect(answers[0]?.earliest).toBeNull()
  })

  it('tells who ordered a hold, why, and how to end it', async () => {
    const { answers } = await explain.handler(workspace, { service: 'catalog-web', cluster: 'devel-euw1-01' })
    expect(rule(answers, 'hold')).toMatchObject({
      verdict: 'not',
      text: 'the search index is being rebuilt',
      place: 'directives/hold-catalog-web.yaml:1',
      by: 'ana@example.com',
      opensWhen: 'directives/hold-catalog-web.yaml is removed',
    })
    expect(answers[0]?.earliest?.at).toBeNull()
  })

  it('tells that a release was rejected, and what still may come', async () => {
    const { answers } = await explain.handler(workspace, { service: 'checkout' })
    expect(answers.map(({ headline }) => headline)).toEqual([
      'checkout 2.0.0 is proven in devel',
      'checkout 2.0.0 is rejected in prod-canary',
      'checkout 1.9.4 is proven in prod; 2.0.0 was rejected in prod-canary',
    ])
    expect(answers[1]?.rules).toMatchObject([
      { verdict: 'not', rule: 'candidate', opensWhen: 'a version above 2.0.0 arrives' },
    ])
  })

  it('tells where, when and why the newest release was refused on its way to a cluster, and whose move it is', async () => {
    const { answers } = await explain.handler(workspace, { service: 'checkout', cluster: 'prod-euw1-01' })
    expect(answers[0]?.headline).toBe(
      'checkout on prod-euw1-01 runs 1.9.4; 2.0.0 was rejected in prod-canary',
    )
    expect(answers[0]?.rules.map(({ rule, verdict }) => `${verdict} ${rule}`)).toEqual([
      'yes targeted',
      'yes in contact',
      'not candidate',
      'yes health',
    ])
    expect(rule(answers, 'candidate')).toMatchObject({
      text: expect.stringMatching(/^2\.0\.0 was rejected in prod-canary at \S+Z: 1 failed in wave 1/),
      place: 'rollouts/prod-canary/checkout.yaml',
      evidence: [expect.stringMatching(/^prod-canary-\S+: UpgradeFailed: .* \(service fault\)$/)],
      opensWhen: 'a version above 2.0.0 arrives',
    })
    expect(answers[0]).toMatchObject({ earliest: null, move: 'team-shop releases a version above 2.0.0' })
  })

  it('names whoever ordered a hold as the one to act', async () => {
    const { answers } = await explain.handler(workspace, { service: 'catalog-web' })
    expect(answers[0]?.move).toBe('ana@example.com ends it: halctl resume hold-catalog-web')
  })
})

describe('plan', () => {
  it('tells every gate that is not open and proposes nothing behind it', async () => {
    const { services } = await plan.handler(workspace, {})
    const waiting = services.filter(({ groups }) => groups.some(({ waitsFor }) => waitsFor.length > 0))
    expect(waiting.map(({ service }) => service)).toEqual(['catalog-web', 'checkout', 'payments'])
    expect(services.flatMap(({ proposals }) => proposals)).toEqual([])
  })
})

describe('render', () => {
  it('renders an older version for one cluster, byte for byte as the fleet has it', async () => {
    const cluster = await clusterOnVersion('1.4.2')
    const { files } = await render.handler(workspace, { service: 'payments', cluster, version: '1.4.2' })
    const tree = await example.world.fleetTree(`clusters/${cluster}`)
    const [text] = await example.world.fleet.readBlobs([tree.get(files[0]?.path ?? '') ?? ''])
    expect(files[0]?.text).toBe(text)
  })

  it('renders for the clusters of a group', async () => {
    const { files } = await render.handler(workspace, { service: 'payments', group: 'prod-canary' })
    expect(files.map(({ cluster }) => cluster).toSorted()).toEqual([
      'prod-canary-euw1-01',
      'prod-canary-usc1-01',
    ])
  })

  it('refuses a cluster and a group: one of them would be overlooked', async () => {
    const both = { service: 'payments', cluster: 'prod-euw4-01', group: 'devel' }
    await expect(render.handler(workspace, both)).rejects.toThrow('a cluster and a group were given')
  })

  it('refuses a version that does not exist', async () => {
    await expect(render.handler(workspace, { service: 'payments', version: '1.4.9' })).rejects.toMatchObject({
      name: 'KnownError',
      remedy: expect.stringContaining('1.4'),
    })
  })
})

describe('diff', () => {
  it('groups clusters by what changes, and leaves out those that have the newest', async () => {
    const { services } = await diff.handler(workspace, { service: 'payments' })
    expect(services[0]).toMatchObject({ version: '1.4.3', changed: 3, unchanged: 9, errors: [] })
    expect(services[0]?.classes.flatMap(({ clusters }) => clusters)).toHaveLength(3)
    expect(services[0]?.classes[0]?.diff).toContain('-      tag: "1.4.2"\n+      tag: "1.4.3"')
  })

  it('names the cluster that was meant, in the fleet or in another commit', async () => {
    for (const from of [{}, { from: (await workspace.catalog()).commit }])
      await expect(diff.handler(workspace, { cluster: 'prod-euw4-10', ...from })).rejects.toMatchObject({
        remedy: 'did you mean prod-euw4-01?',
      })
  })

  it('compares two commits of the catalog', async () => {
    const head = (await workspace.catalog()).commit
    const [, before] = await example.world.catalog.log(head, { limit: 2 })
    const { services, unchanged } = await diff.handler(workspace, { from: before?.oid ?? '', to: head })
    expect(services.map(({ service, changed }) => `${service} ${changed}`)).toEqual(['payments 12'])
    expect(unchanged).toBe(5)
  })
})

describe('history', () => {
  it('tells what was merged, newest first, by whom and in which pull request', async () => {
    const { entries } = await history.handler(workspace, { service: 'payments', limit: 100 })
    expect(entries[0]).toMatchObject({
      kind: 'wave',
      version: '1.4.3',
      group: 'prod',
      wave: '2/3',
      clusters: 2,
      pullRequest: expect.any(Number),
      initiator: 'ana@example.com',
    })
    expect(entries.map(({ at }) => at)).toEqual(
      entries
        .map(({ at }) => at)
        .toSorted()
        .toReversed(),
    )
  })

  it('tells rejections and stops at the limit', async () => {
    const { entries } = await history.handler(workspace, { service: 'checkout', limit: 1 })
    expect(entries).toMatchObject([{ kind: 'return', group: 'prod-canary', version: '2.0.0' }])
  })
})

function rule(
  answers: Awaited<ReturnType<typeof explain.handler>>['answers'],
  name: string,
): (typeof answers)[number]['rules'][number] {
  const found = answers[0]?.rules.find((each) => each.rule === name)
  if (!found) throw new Error(`no rule ${name}`)
  return found
}

/** A cluster of prod on which main desires this version of payments. */
async function clusterOnVersion(version: string): Promise<string> {
  for (const { name } of (await workspace.catalog()).snapshot.catalog.clusters) {
    if (!/^prod-(?!canary)/.test(name)) continue
    const { answers } = await explain.handler(workspace, { service: 'payments', cluster: name })
    if (answers[0]?.desired === version) return name
  }
  throw new Error(`no cluster is on ${version}`)
}
