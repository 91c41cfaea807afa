import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'
import { emptyRollout, type Rollout } from '../../../src/core/domain/rollout.ts'
import { parseInstant } from '../../../src/core/domain/time.ts'
import { RolloutFormatError, rolloutFromDocument } from '../../../src/core/render/read-rollout.ts'
import { formatRollout, rolloutDocument } from '../../../src/core/render/rollout-document.ts'

const at = parseInstant('2026-11-22T14:32:00Z') ?? 0
const releaseOf = (version: string) => ({
  service: 'payments',
  version,
  revision: 'ab12cd34',
  catalogCommit: 'c'.repeat(40),
})
const rolling: Rollout = {
  service: 'payments',
  group: 'prod',
  fence: 17,
  current: {
    release: releaseOf('1.4.3'),
    state: 'rolling',
    attempt: 3,
    startedAt: at,
    waves: [
      { quota: 1, openedAt: at + 60 },
      { quota: 5, openedAt: at + 2460 },
    ],
    failed: [
      { cluster: 'prod-euw1-04', at: at + 3000, evidence: 'Deployment/pay/api: 0/6 ready, CrashLoopBackOff' },
    ],
    superseded: ['1.4.2@ab12cd34'],
  },
  proven: [{ release: releaseOf('1.4.1'), at: at - 86_400 }],
  rejected: [
    {
      release: releaseOf('1.4.0'),
      at: at - 172_800,
      reason: 'error budget spent: 2 of 1',
      evidence: [{ cluster: 'prod-euw1-01', at: at - 172_900, evidence: 'timeout' }],
    },
  ],
  wayBack: [
    {
      attempt: 3,
      release: '1.4.1@ab12cd34',
      blob: 'b'.repeat(40),
      clusters: ['prod-euw1-01', 'prod-euw1-02'],
    },
    { attempt: 3, release: undefined, blob: undefined, clusters: ['prod-euw1-04'] },
  ],
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const instant = fc.integer({ min: 0, max: 4_294_967_295 })
const release = fc.record({ service: fc.constant('s'), version: text, revision: text, catalogCommit: text })
const failed = fc.array(fc.record({ cluster: text, at: instant, evidence: text }), { maxLength: 2 })
const rollouts: fc.Arbitrary<Rollout> = fc.record({
  service: fc.constant('s'),
  group: text,
  fence: fc.nat(),
  current: fc.option(
    fc.record({
      release,
      state: fc.constantFrom('rolling', 'proven', 'rejected', 'halted'),
      attempt: fc.nat(),
      startedAt: instant,
      waves: fc.array(fc.record({ quota: fc.nat(), openedAt: instant }), { maxLength: 2 }),
      failed,
      superseded: fc.array(text, { maxLength: 2 }),
    }),
    { nil: undefined },
  ),
  proven: fc.array(fc.record({ release, at: instant }), { maxLength: 2 }),
  rejected: fc.array(fc.record({ release, at: instant, reason: text, evidence: failed }), { maxLength: 2 }),
  wayBack: fc.array(
    fc.record({
      attempt: fc.nat(),
      release: fc.option(text, { nil: undefined }),
      blob: fc.option(text, { nil: undefined }),
      clusters: fc.array(text, { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
})

test('a ledger reads as people write it', async () => {
  await expect(formatRollout(rolling)).toMatchFileSnapshot('golden/rollout.yaml')
  await expect(formatRollout(emptyRollout('payments', 'prod'))).toMatchFileSnapshot(
    'golden/rollout-empty.yaml',
  )
})

test('every ledger survives writing and reading', () => {
  fc.assert(
    fc.property(rollouts, (rollout) => {
      expect(rolloutFromDocument(parse(formatRollout(rollout)) as JsonObject)).toEqual(rollout)
    }),
  )
})

describe('a document that is no ledger is refused with the field at fault', () => {
  const document = rolloutDocument(rolling)
  const spec = document['spec'] as JsonObject
  test.each([
    [{ ...document, kind: 'Hold' }, 'kind must be Rollout, found "Hold"'],
    [{ ...document, apiVersion: 'v2' }, 'apiVersion must be halyard.dev/v1, found "v2"'],
    [{ ...document, spec: { ...spec, fence: -1 } }, 'spec.fence must be a whole number, found -1'],
    [{ ...document, spec: { ...spec, proven: {} } }, 'spec.proven must be a list, found {}'],
    [{ ...document, spec: { ...spec, group: null } }, 'spec.group must be text, found null'],
    [
      { ...document, spec: { ...spec, proven: [{ release: releaseOf('1'), at: 'now' }] } },
      'spec.proven.0.at must be a time like 2026-11-22T14:32:00Z, found "now"',
    ],
    [{ ...document, spec: [] }, 'spec must be a mapping, found []'],
  ])('%#', (broken, message) => {
    expect(() => rolloutFromDocument(broken)).toThrow(message)
    expect(() => rolloutFromDocument(broken)).toThrow(RolloutFormatError)
  })
})
