import { beforeAll, describe, expect, it } from 'vitest'
import type { Catalog } from '../../../src/core/domain/catalog.ts'
import type { Directive } from '../../../src/core/domain/directive.ts'
import { moveOf } from '../../../src/operations/explain/move.ts'
import { positionOf } from '../../../src/operations/explain/position.ts'
import { subjectOfCluster } from '../../../src/operations/explain/subject.ts'
import { explain } from '../../../src/operations/explain.ts'
import { parseLabelSelector } from '../../../src/operations/orders/label-selector.ts'
import { requirePlainText } from '../../../src/operations/orders/plain-text.ts'
import { status } from '../../../src/operations/status.ts'
import { orders } from '../../../src/operations/table.ts'
import { openWorkspace, type Workspace } from '../../../src/operations/workspace.ts'
import { createExampleWorld, type ExampleWorld, openExample } from '../example-world.ts'

const { approve, cordon, expedite, freeze, pin, promote, resume, retry, skip } = orders
const { uncordon, unfreeze, unpin, withdraw } = orders

let example: ExampleWorld
let workspace: Workspace

beforeAll(async () => {
  example = await createExampleWorld()
  workspace = await openExample(example)
})

/** The example with orders in its catalog. */
async function having(...given: readonly Directive[]): Promise<Workspace> {
  const { snapshot, readAt, lastChange } = await workspace.catalog()
  const directives = [...snapshot.catalog.directives, ...given]
  const catalog: Catalog = { ...snapshot.catalog, directives }
  return openWorkspace({
    now: workspace.now,
    catalog: async () => ({ snapshot: { ...snapshot, catalog }, readAt, lastChange }),
    fleet: workspace.fleet,
  })
}

const named = (name: string) => ({ name, file: `directives/${name}.yaml`, reason: 'a reason' })
const only = (...names: readonly string[]) => ({ all: false, matchLabels: {}, matchExpressions: [], names })
const withdrawn: Directive = {
  kind: 'Withdraw',
  ...named('w'),
  service: 'payments',
  version: '1.4.3',
  moves: false,
}
const inProd = { service: 'payments', group: 'prod', reason: 'x' } as const

describe('pin', () => {
  it('of a group tells which way its clusters go, and what comes next with it and without', async () => {
    const { summary, changes } = await pin.prepare(workspace, { ...inProd, version: '1.4.2' })
    expect(summary).toEqual([
      'payments takes no version but 1.4.2 in prod: 6 clusters',
      'prod: 3 clusters have 1.4.2, 3 have 1.4.3; they go to 1.4.2',
      'prod, next: 1.4.2 opens wave 1 of 2: 1 cluster; as it is: soak of 2 clusters',
      'halctl unpin pin-payments-prod-20261118 ends it',
    ])
    expect(changes[0]?.path).toBe('directives/pin-payments-prod-20261118.yaml')
  })

  it('of clusters by name and label names each, and writes the selector as it was given', async () => {
    const input = {
      service: 'payments',
      version: '1.4.3',
      clusters: ['prod-euw4-01', 'prod-use1-*'],
      reason: 'x',
    }
    const { summary, affects, changes } = await pin.prepare(workspace, { ...input, selector: 'env=prod' })
    expect(summary[1]).toMatch(/^prod: prod-use1-02, prod-use1-01, prod-euw4-01$|prod-euw4-01/)
    expect(affects).toMatchObject([{ group: 'prod', clusters: 3 }])
    expect(changes[0]).toMatchObject({
      text: expect.stringContaining(
        'matchLabels:\n      env: prod\n    names:\n    - prod-euw4-01\n    - prod-use1-*',
      ),
    })
  })

  it('is refused of a withdrawn version, and beside another pin', async () => {
    const input = { ...inProd, version: '1.4.3' }
    await expect(pin.prepare(await having(withdrawn), input)).rejects.toThrow('payments 1.4.3 is withdrawn')
    const other: Directive = { ...pinOf('p', 'prod'), clusters: undefined }
    await expect(pin.prepare(await having(other), input)).rejects.toMatchObject({
      remedy: 'end that first: halctl unpin p',
    })
  })

  it.each([
    [{ clusters: ['--upload-pack=x'] }, /no name of a cluster/],
    [{ clusters: ['prod-euw1-9*'] }, /there is no cluster "prod-euw1-9\*"/],
    [{ clusters: ['devel-euw1-01'] }, /on none of these clusters/],
    [{ selector: 'env==' }, /no label selector/],
    [{ selector: 'env=nowhere' }, /no cluster is selected/],
  ])('for %o is refused: %s', async (which, message) => {
    await expect(pin.prepare(workspace, { ...inProd, version: '1.4.2', ...which })).rejects.toThrow(message)
  })
})

function pinOf(name: string, group: string | undefined) {
  return {
    kind: 'Pin',
    ...named(name),
    service: 'payments',
    group,
    version: '1.4.2',
    clusters: undefined,
  } as const
}

describe('promote', () => {
  const input = { service: 'checkout', group: 'prod', version: '2.0.0', proof: 'tested by hand', reason: 'x' }

  it('tells what starts without which proof', async () => {
    const { summary, message } = await promote.prepare(workspace, input)
    expect(summary).toEqual([
      'prod: checkout 2.0.0 starts on 6 clusters without the proof of prod-canary',
      'prod: 6 clusters have 1.9.4; each wave still has its soak, budget and approval',
      expect.stringMatching(/^prod, next: 2\.0\.0 opens wave 1 of 3: 1 cluster; as it is: /),
      'its pull requests show the proof: tested by hand',
    ])
    expect(message).toContain('\n\nProof: tested by hand\n')
  })

  it.each([
    [{ service: 'payments', version: '1.4.3' }, 'payments 1.4.3 is on its way in prod'],
    [{ service: 'payments', version: '1.4.2' }, 'payments 1.4.2 is proven in prod already'],
    [{ group: 'prod-canary' }, 'checkout 2.0.0 was rejected in prod-canary'],
    [{ group: 'devel' }, 'no group comes before devel'],
    [{ version: '2.0.1' }, 'there is no version of checkout "2.0.1"'],
  ])('of %o is refused: %s', async (changes, message) => {
    await expect(promote.prepare(workspace, { ...input, ...changes })).rejects.toThrow(message)
  })
})

describe('withdraw', () => {
  const input = { service: 'payments', version: '1.4.3', reason: 'loses refunds' }

  it('leaves what has the version, and says that --move would not', async () => {
    const { summary } = await withdraw.prepare(workspace, input)
    expect(summary[0]).toBe(
      'payments 1.4.3 is withdrawn: no group takes it any more; it is on 9 clusters and stays there',
    )
    expect(summary).toContain('prod: 3 clusters keep it')
    expect(summary.at(-1)).toBe('to send them back too: --move')
  })

  it('with --move sends every group back, also by the file that withdraws it already', async () => {
    const { summary, changes } = await withdraw.prepare(await having(withdrawn), { ...input, move: true })
    expect(summary).toContain('prod: 3 clusters go from 1.4.3 back to 1.4.2; 1.4.3 is rejected in prod')
    expect(changes).toEqual([{ path: 'directives/w.yaml', text: expect.stringContaining('moves: true') }])
    await expect(withdraw.prepare(await having(withdrawn), input)).rejects.toThrow('ordered already')
  })
})

describe('freeze', () => {
  it('of everything without an end says plainly that it is an emergency', async () => {
    const { summary } = await freeze.prepare(workspace, { reason: 'incident' })
    expect(summary[0]).toBe(
      'emergency freeze of everything: no wave of any service opens in devel, prod-canary and prod, 12 clusters, from now on until somebody ends it',
    )
  })

  it('reads dates as UTC, and times with their offset', async () => {
    const times = { from: '2026-11-27', until: '2026-11-30T00:00:00+01:00' }
    const { input, changes } = await freeze.prepare(workspace, { group: 'prod', ...times, reason: 'x' })
    expect(input).toMatchObject({ from: '2026-11-27T00:00:00Z', until: '2026-11-29T23:00:00Z' })
    expect(changes[0]).toMatchObject({ text: expect.stringContaining('2026-11-29T23:00:00Z') })
  })

  it('tells of other freezes of the same scope, but not of those that are over', async () => {
    const frozen = (name: string, until: number): Directive => ({
      kind: 'Freeze',
      ...named(name),
      scope: { service: undefined, group: 'prod' },
      mode: 'deny',
      from: undefined,
      until,
      schedule: undefined,
    })
    const given = [frozen('over', workspace.now - 60), frozen('lasting', workspace.now + 60)]
    const { summary } = await freeze.prepare(await having(...given), { group: 'prod', reason: 'x' })
    expect(summary.filter((line) => line.includes('already'))).toEqual([
      expect.stringContaining('directives/lasting.yaml'),
    ])
  })

  it('for a length of time keeps the end that was confirmed', async () => {
    const { input } = await freeze.prepare(workspace, { group: 'prod', seconds: 3600, reason: 'x' })
    expect((await freeze.prepare({ ...workspace, now: workspace.now + 60 }, input)).input).toEqual(input)
  })

  it.each([
    [{ until: '2020-01-01' }, /would be over already/],
    [{ from: '2026-12-02', until: '2026-12-01' }, /over before it begins/],
    [{ until: 'tomorrow' }, /"tomorrow" \(until\) is no time/],
    [{ until: '2026-12-01', seconds: 5 }, /not both/],
    [{ group: 'prd' }, /there is no deployment group "prd"/],
  ])('with %o is refused: %s', async (input, message) => {
    await expect(freeze.prepare(workspace, { ...input, reason: 'x' })).rejects.toThrow(message)
  })
})

describe('cordon', () => {
  it('writes a file for each name, so that each ends alone, and tells how much of a group is left out', async () => {
    const { summary, changes } = await cordon.prepare(workspace, {
      clusters: ['prod-euw4-01', 'prod-canary-*'],
      reason: 'x',
    })
    expect(changes.map(({ path }) => path)).toEqual([
      'directives/cordon-prod-euw4-01-20261118.yaml',
      'directives/cordon-prod-canary-20261118.yaml',
    ])
    expect(summary).toContain('that is all of prod-canary: no version can be proven there meanwhile')
  })

  it.each([
    [['prod-euw4-99'], /there is no cluster "prod-euw4-99"/],
    [['!prod-euw4-01'], /names every cluster but some/],
    [['-o'], /no name of a cluster/],
  ])('of %o is refused: %s', async (clusters, message) => {
    await expect(cordon.prepare(workspace, { clusters, reason: 'x' })).rejects.toThrow(message)
  })
})

describe('retry', () => {
  it('tells which rejection is void and what starts again, and keeps its moment', async () => {
    const input = { service: 'checkout', group: 'prod-canary', reason: 'more nodes' }
    const prepared = await retry.prepare(workspace, input)
    expect(prepared.summary[0]).toBe('prod-canary: the rejection of checkout 2.0.0 is void')
    expect(prepared.summary.at(-1)).toMatch(
      /next: 2\.0\.0 opens wave 1 of 2: 1 cluster; as it is: 2\.0\.0 rejected/,
    )
    const later = await retry.prepare({ ...workspace, now: workspace.now + 60 }, prepared.input)
    expect(later.changes).toEqual(prepared.changes)
  })

  it('covers what a controller told of whose clock is ahead of this one', async () => {
    const input = { service: 'checkout', group: 'prod-canary', reason: 'more nodes' }
    const { summary } = await retry.prepare({ ...workspace, now: workspace.now - 86_400 }, input)
    expect(summary[0]).toBe('prod-canary: the rejection of checkout 2.0.0 is void')
  })

  it('of what did not fail is refused', async () => {
    await expect(retry.prepare(workspace, inProd)).rejects.toThrow('nothing of payments has failed in prod')
  })
})

describe('skip', () => {
  it('tells what each cluster does, and what it opens', async () => {
    const input = { ...inProd, version: '1.4.3', clusters: ['prod-euw1-01'] }
    const { summary, affects } = await skip.prepare(workspace, input)
    expect(summary[0]).toBe('prod: payments 1.4.3 goes on without 1 cluster of 6')
    expect(summary).toContain('1 of them has 1.4.3 and keeps it, out of all counts')
    expect(affects).toMatchObject([{ clusters: 1 }])
  })

  it.each([
    [{ clusters: ['prod-*', '!prod-canary-*'] }, /every cluster of payments in prod/],
    [{ clusters: ['prod-euw1-01'], version: '1.4.2' }, /no wave of it is left/],
    [{}, /no cluster is named/],
  ])('of %o is refused: %s', async (changes, message) => {
    await expect(skip.prepare(workspace, { ...inProd, version: '1.4.3', ...changes })).rejects.toThrow(
      message,
    )
  })
})

describe('expedite', () => {
  const input = { service: 'payments', version: '1.4.3', approvedBy: 'ana@example.com', reason: 'x' }

  it('tells each soak that gets shorter, and what that opens', async () => {
    const { summary, changes } = await expedite.prepare(workspace, { ...input, soak: 10 })
    expect(summary[1]).toBe('prod: soak of waves 1m30s → 10s')
    expect(changes[0]).toMatchObject({ text: expect.stringContaining('soak: 10s') })
  })

  it.each([
    [{ soak: 7200 }, /no soak of payments 1\.4\.3 that is to come is longer than 2h/],
    [{ soak: 10, version: '1.4.2' }, /has no soak to come: it is proven in devel/],
    [{ soak: 10, approvedBy: 'the team' }, /no address of a person/],
  ])('of %o is refused: %s', async (changes, message) => {
    await expect(expedite.prepare(workspace, { ...input, ...changes })).rejects.toThrow(message)
  })
})

describe('what lasts', () => {
  it('ends by scope or by name', async () => {
    const at = await having(pinOf('p1', 'prod'), pinOf('p2', 'devel'))
    for (const input of [{ pin: 'p1' }, { pin: 'payments', group: 'prod' }, { group: 'prod' }])
      expect((await unpin.prepare(at, input)).changes).toEqual([{ path: 'directives/p1.yaml', remove: true }])
  })

  it('is not guessed where several are meant: all are named', async () => {
    const at = await having(pinOf('p1', 'prod'), pinOf('p2', 'devel'))
    await expect(unpin.prepare(at, { pin: 'payments' })).rejects.toMatchObject({
      message: 'payments is pinned by p1 and p2',
      remedy: 'end one of them: halctl unpin p1',
    })
    await expect(unpin.prepare(at, { pin: 'p11' })).rejects.toMatchObject({ remedy: 'did you mean p1?' })
  })

  it('ends without a name where it is of everything', async () => {
    const scope = { service: undefined, group: undefined }
    const all: Directive = {
      kind: 'Freeze',
      ...named('f'),
      scope,
      mode: 'deny',
      from: undefined,
      until: undefined,
      schedule: undefined,
    }
    const { changes, summary } = await unfreeze.prepare(await having(all), {})
    expect(changes).toEqual([{ path: 'directives/f.yaml', remove: true }])
    expect(summary[0]).toMatch(/^everything is no longer frozen: /)
    await expect(resume.prepare(workspace, {})).rejects.toThrow(/no hold is on everything alone/)
  })

  it('of clusters ends by cluster, unless it is for others too', async () => {
    const one: Directive = { kind: 'Cordon', ...named('c1'), clusters: only('prod-euw4-01') }
    const many: Directive = { kind: 'Cordon', ...named('c2'), clusters: only('prod-use1-*') }
    const at = await having(one, many)
    const removed = [{ path: 'directives/c1.yaml', remove: true }]
    expect((await uncordon.prepare(at, { clusters: ['prod-euw4-01'] })).changes).toEqual(removed)
    expect((await uncordon.prepare(at, { clusters: ['prod-use1-*', 'c1'] })).changes).toHaveLength(2)
    await expect(uncordon.prepare(at, { clusters: ['prod-use1-01'] })).rejects.toMatchObject({
      message: 'c2 keeps waves from prod-use1-02 too',
    })
    await expect(uncordon.prepare(at, { clusters: ['prod-euw1-01'] })).rejects.toThrow('is not cordoned')
    await expect(
      uncordon.prepare(await having(one, { ...one, ...named('c3') }), { clusters: ['prod-euw4-01'] }),
    ).rejects.toThrow('prod-euw4-01 is cordoned by c1 and c3')
  })
})

describe('texts', () => {
  it('with control characters are refused by the name of their field', () => {
    expect(() => requirePlainText({ reason: 'x\u001b[2J' })).toThrow('reason has control characters')
    expect(() => requirePlainText({ clusters: ['a', 'b\u202e'] })).toThrow('clusters has control characters')
    expect(() => requirePlainText({ reason: 'two\nlines', soak: 5 })).not.toThrow()
  })

  it('of label selectors are read as kubectl reads them', () => {
    expect(parseLabelSelector('env=prod, tier!=edge,region in (eu, us),!canary,size')).toEqual({
      matchLabels: { env: 'prod' },
      matchExpressions: [
        { key: 'tier', operator: 'NotIn', values: ['edge'] },
        { key: 'region', operator: 'In', values: ['eu', 'us'] },
        { key: 'canary', operator: 'DoesNotExist', values: [] },
        { key: 'size', operator: 'Exists', values: [] },
      ],
    })
  })
})

describe('explain', () => {
  it.each([
    [
      'Cordon',
      { kind: 'Cordon', ...named('o'), clusters: only('prod-use1-02') },
      'cordoned',
      'halctl uncordon o',
    ],
    ['Pin', { ...pinOf('o', 'prod'), clusters: only('prod-use1-02') }, 'pinned to 1.4.2', 'halctl unpin o'],
    [
      'Skip',
      {
        kind: 'Skip',
        ...named('o'),
        service: 'payments',
        group: 'prod',
        version: '1.4.3',
        clusters: only('prod-use1-02'),
      },
      'left out',
      'remove directives/o.yaml',
    ],
  ] as const)(
    'leaves clusters of a %s out of the order of waves, and says who ends it',
    async (_kind, order, what, how) => {
      const planning = await (await having(order)).planning()
      const kept = subjectOfCluster(planning, 'payments', 'prod-use1-02')
      const queue = ['prod-use1-02', 'prod-use1-01', 'prod-euw4-01'].map((name) => {
        const { planned, place, cluster } = subjectOfCluster(planning, 'payments', name)
        return place && cluster && positionOf(planned.input, place, cluster.ordinal)
      })
      expect(queue[0]).toMatchObject({ kind: 'keptOut', what })
      const ranks = queue.flatMap((position) => (position?.kind === 'waiting' ? [position.rank] : []))
      expect(ranks.toSorted((a, b) => a - b)).toEqual([4, 5])
      const { answers } = await explain.handler(await having(order), {
        service: 'payments',
        cluster: 'prod-use1-02',
      })
      expect(answers[0]?.move).toContain(`ends it: ${how}`)
      expect(kept.place && moveOf(kept, kept.place, [])).toBeNull()
    },
  )

  it('names who ends an emergency freeze, and its file as the place', async () => {
    const scope = { service: undefined, group: 'prod' }
    const span = { mode: 'deny', from: undefined, until: undefined, schedule: undefined } as const
    const order: Directive = { kind: 'Freeze', ...named('f'), scope, ...span }
    const { answers } = await explain.handler(await having(order), { service: 'payments' })
    expect(answers[2]?.move).toContain('ends it: halctl unfreeze f')
    expect(answers[2]?.rules.find(({ rule }) => rule === 'freeze')).toMatchObject({
      text: 'a reason',
      place: 'directives/f.yaml:1',
    })
  })
})

describe('approve', () => {
  it.each([
    [{ service: 'paymets' }, 'did you mean payments?'],
    [{ service: 'payments', group: 'prd' }, 'did you mean prod?'],
    [{ cluster: 'prod-euw4-10' }, 'did you mean prod-euw4-01?'],
    [{ service: 'ledger', group: 'prod' }, 'what it waits for: halctl explain ledger'],
    [{ cluster: 'prod-euw4-01' }, 'how far clusters are: halctl status'],
  ])('of %o is refused: %s', async (what, remedy) => {
    await expect(approve.prepare(workspace, { ...what, reason: 'x' })).rejects.toMatchObject({ remedy })
  })
})

it('status says why nothing comes where a group before rejected the newest release', async () => {
  const { services } = await status.handler(workspace, { service: 'checkout' })
  expect(services[0]?.groups.at(-1)?.waitsFor).toMatchObject([
    { gate: 'promotion', reason: '2.0.0 was rejected in prod-canary' },
  ])
})
