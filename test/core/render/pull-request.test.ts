import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyRollout } from '../../../src/core/domain/rollout.ts'
import { parseInstant } from '../../../src/core/domain/time.ts'
import type { ReturnProposal, WaveProposal } from '../../../src/core/plan/proposals.ts'
import type { PlacementChange } from '../../../src/core/render/diff-classes.ts'
import {
  bootstrapPullRequest,
  returnPullRequest,
  verdictMessage,
  wavePullRequest,
} from '../../../src/core/render/pull-request.ts'
import { parseTrailers } from '../../../src/core/render/trailers.ts'
import { cluster } from './sample.ts'

const at = parseInstant('2026-11-22T14:32:00Z') ?? 0
const release = { service: 'payments', version: '1.4.3', revision: 'ab12cd34', catalogCommit: 'c'.repeat(40) }
const next = { ...emptyRollout('payments', 'prod'), fence: 18 }
const clusters = Array.from({ length: 48 }, (_, index) =>
  cluster(
    `prod-${index % 3 === 0 ? 'use1' : 'euw1'}-${String(index).padStart(2, '0')}`,
    index % 3 === 0 ? 'us-east-1' : 'eu-west-1',
  ),
)
const changes: readonly PlacementChange[] = clusters.map(({ name }, index) => ({
  cluster: name,
  path: `clusters/${name}/apps/pay/payments.yaml`,
  before: 'spec:\n  values:\n    image: "1.4.2"\n    replicas: 3\n',
  after: `spec:\n  values:\n    image: "1.4.3"\n    replicas: ${index < 2 ? 2 : 3}\n`,
}))
const proposal: WaveProposal = {
  kind: 'wave',
  service: 'payments',
  group: 'prod',
  release,
  wave: 2,
  waves: 4,
  part: 1,
  parts: 1,
  quota: 61,
  clusters: clusters.map((_, index) => index),
  evidence: [
    'wave 1: 1 cluster healthy since 2026-11-22T12:00:00Z, soaked 30m',
    'proven in prod-canary since 2026-11-22T08:00:00Z',
  ],
  needsApproval: false,
  next,
}
const wave = (changed: Partial<Parameters<typeof wavePullRequest>[0]> = {}) =>
  wavePullRequest({
    proposal,
    clusters,
    changes,
    catalogCommit: 'd'.repeat(40),
    initiator: 'ana@example.com',
    ...changed,
  })

const returning: ReturnProposal = {
  kind: 'return',
  service: 'payments',
  group: 'prod',
  release,
  reason: 'rejected',
  placements: [
    { cluster: 1, blob: 'b'.repeat(40), release: '1.4.2@ab12cd34' },
    { cluster: 0, blob: undefined, release: undefined },
  ],
  dependents: [],
  evidence: [{ cluster: 'prod-euw1-01', at, evidence: 'timeout waiting for Deployment/pay/api' }],
  text: 'error budget spent: 2 of 1 failed',
  next,
}
const goingBack = () =>
  returnPullRequest({
    proposal: returning,
    clusterNames: clusters.map(({ name }) => name),
    catalogCommit: 'd'.repeat(40),
    initiator: 'halyard',
  })

const lastLine = (text: string) => text.slice(text.lastIndexOf('\n') + 1)

describe('a wave', () => {
  test('is read in half a minute', async () => {
    const text = wave()
    expect(text.subject).toBe('payments 1.4.3 → prod wave 2/4 (48 clusters)')
    expect(text.title).toBe(text.subject)
    await expect(text.body).toMatchFileSnapshot('golden/wave-pull-request.md')
    await expect(text.message).toMatchFileSnapshot('golden/wave-message.txt')
  })

  test('tells its part when there are several', () => {
    const text = wave({ proposal: { ...proposal, part: 2, parts: 3 } })
    expect(text.subject).toBe('payments 1.4.3 → prod wave 2/4, part 2/3 (48 clusters)')
    expect(parseTrailers(text.message).get('Part')).toBe('2/3')
  })

  test('says when a person must approve it', () => {
    expect(wave({ proposal: { ...proposal, needsApproval: true } }).body).toContain(
      'Waits for an approving review',
    )
  })

  test('ends with a marker that names the effect', () => {
    expect(lastLine(wave().body)).toBe(
      '<!-- halyard: {"kind":"wave","service":"payments","group":"prod","release":"1.4.3@ab12cd34","wave":2,"part":1,"fence":18} -->',
    )
  })

  test('stays below the limit of forges, and tells what it left out', () => {
    const many = Array.from({ length: 250 }, (_, index) =>
      cluster(`${'c'.repeat(50)}-${index}`, `region-${index}`),
    )
    const long = (seed: number) =>
      Array.from({ length: 100 }, (_, line) => `key${line}: ${seed} ${line}\n`).join('')
    const text = wave({
      clusters: many,
      changes: many.map(({ name }, index) => ({
        cluster: name,
        path: `clusters/${name}/apps/pay/payments.yaml`,
        before: long(index),
        after: long(index + 1000),
      })),
      proposal: { ...proposal, evidence: Array.from({ length: 500 }, () => 'x'.repeat(5000)) },
    })
    expect(text.body.length).toBeLessThanOrEqual(60_000)
    expect(text.body).toMatch(/Left out here: \d+ more changes of \d+ clusters/)
    expect(text.body).toContain('210 more regions')
    expect(lastLine(text.body)).toMatch(/^<!-- halyard: /)
  })
})

describe('a return', () => {
  test('says why, and where each cluster goes', async () => {
    const text = goingBack()
    expect(text.subject).toBe('payments 1.4.3 rejected in prod: 2 clusters go back')
    await expect(text.body).toMatchFileSnapshot('golden/return-pull-request.md')
    await expect(text.message).toMatchFileSnapshot('golden/return-message.txt')
  })
})

describe('a new cluster', () => {
  const joining = (joined: readonly string[]) =>
    bootstrapPullRequest({
      cluster: cluster('edge-fr-3'),
      group: 'prod',
      joined,
      releaseCommits: joined.length === 0 ? [] : ['e'.repeat(40), 'c'.repeat(40), 'e'.repeat(40)],
      catalogCommit: 'd'.repeat(40),
      initiator: 'halyard',
    })

  test('is told with all it starts with', async () => {
    const text = joining(['payments 1.4.2', 'ledger 1.5.0'])
    expect(text.subject).toBe('edge-fr-3 joins prod (2 services)')
    await expect(text.body).toMatchFileSnapshot('golden/bootstrap-pull-request.md')
  })

  test('says so when nothing is proven for it yet', () => {
    expect(joining([]).body).toContain('No service is proven for it yet')
    expect(parseTrailers(joining([]).message).has('Release-Commit')).toBe(false)
  })

  test('names each catalog commit that renders what it starts with once', () => {
    const trailers = parseTrailers(joining(['payments 1.4.2', 'ledger 1.5.0']).message)
    expect(trailers.get('Release-Commit')).toBe(`${'c'.repeat(40)} ${'e'.repeat(40)}`)
  })
})

test('verdicts are told one by one, and alone by trailers', () => {
  const verdict = {
    kind: 'verdict',
    verdict: 'proven',
    service: 'payments',
    group: 'prod',
    release,
    evidence: [],
    text: '',
    next,
  } as const
  const one = verdictMessage([verdict], 'd'.repeat(40))
  expect(one.split('\n')[0]).toBe('payments 1.4.3 proven in prod')
  expect(parseTrailers(one).get('Verdict')).toBe('proven')
  const two = verdictMessage([verdict, { ...verdict, group: 'devel' }], 'd'.repeat(40))
  expect(two).toMatch(
    /^Verdicts on 2 service releases\n\npayments 1\.4\.3 proven in prod\npayments 1\.4\.3 proven in devel\n\nHalyard-Catalog-Commit: d+$/,
  )
})

describe('what others wrote', () => {
  const evil = 'x\n\nHalyard-Group: devel\n-->\n<!-- halyard: {} --> <script>|`@all` #1 [a](http://b) **b**'

  test('can not forge trailers', () => {
    const { message } = wave({ initiator: evil })
    expect(parseTrailers(`subject\n\n${message}`)).toEqual(
      new Map([
        ['Service', 'payments'],
        ['Release', '1.4.3@ab12cd34'],
        ['Group', 'prod'],
        ['Wave', '2/4'],
        ['Part', '1/1'],
        ['Initiator', evil.replace(/\s+/g, ' ')],
        ['Catalog-Commit', 'd'.repeat(40)],
        ['Release-Commit', release.catalogCommit],
      ]),
    )
  })

  test('can not format, link, mention or close the marker', () => {
    const { body } = wave({
      initiator: evil,
      proposal: { ...proposal, evidence: [evil] },
      clusters: [cluster('a', evil)],
    })
    expect(body.match(/-->/g)?.length).toBe(1)
    expect(body).not.toMatch(/<script|@all|#1|\[a\]|http:\/\/b|\*\*b\*\*/)
    expect(lastLine(body)).toMatch(/^<!-- halyard: \{.*\} -->$/)
  })

  test('can not break out of a diff', () => {
    const { body } = wave({
      clusters: clusters.slice(0, 1),
      changes: [{ cluster: 'a', path: 'clusters/a/x', before: '', after: '```\n# Approved\n````\n' }],
    })
    expect(body).toContain('`````diff\n')
  })

  test('keeps the marker whole whatever the names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const { body } = wave({ proposal: { ...proposal, service: name }, changes: [], clusters: [] })
        const [, json = ''] = /^<!-- halyard: (.*) -->$/.exec(lastLine(body)) ?? []
        expect(JSON.parse(json)).toMatchObject({ service: name })
        expect(json).not.toContain('-->')
      }),
    )
  })
})

describe('trailers', () => {
  test('are read from the last paragraph only', () => {
    expect(
      parseTrailers('subject\n\nHalyard-Group: devel\n\nHalyard-Group: prod\nSigned-off-by: x\n').get(
        'Group',
      ),
    ).toBe('prod')
    expect(parseTrailers('subject\n\nHalyard-Group: devel\n\nbye\n').size).toBe(0)
    expect(parseTrailers('').size).toBe(0)
  })
})
