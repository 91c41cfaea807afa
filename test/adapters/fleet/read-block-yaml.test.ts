import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

import { readBlockYaml } from '../../../src/adapters/fleet/read-block-yaml.ts'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'
import { emptyRollout } from '../../../src/core/domain/rollout.ts'
import { emitYaml } from '../../../src/core/render/emit-yaml.ts'
import { formatRollout, rolloutDocument } from '../../../src/core/render/rollout-document.ts'

test('a ledger as Halyard writes it is read without a YAML parser', () => {
  const rollout = {
    ...emptyRollout('pay', 'prod'),
    fence: 3,
    wayBack: [
      { attempt: 1, release: undefined, blob: undefined, clusters: ['a-1', '07', 'true'] },
      { attempt: 2, release: '1.0.0@ab12cd34', blob: 'e'.repeat(40), clusters: [] },
    ],
  }
  expect(readBlockYaml(formatRollout(rollout))).toEqual(rolloutDocument(rollout))
})

test('whatever is emitted is read as the same value, or left to a YAML parser', () => {
  const object = fc.dictionary(
    fc.oneof(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()),
    fc.jsonValue({ maxDepth: 3 }),
  )
  fc.assert(
    fc.property(object, (value) => {
      const text = emitYaml([value as JsonObject])
      const read = readBlockYaml(text)
      expect(read ?? parse(text, { uniqueKeys: false })).toEqual(parse(text, { uniqueKeys: false }))
    }),
    { numRuns: 500 },
  )
})

test.each([
  'a: *b\n',
  'a: &b c\n',
  'a: !x y\n',
  "a: 'b'\n",
  'a: |\n  b\n',
  'a: b\n  c\n',
  'a: b # c\n',
  'a: b: c\n',
  'a: 0x10\n',
  'a: 1.5\n',
  'a: True\n',
  'a: ~\n',
  'a: [b]\n',
  'a:\n',
  'a:\n    b: c\n',
  'a: b\na: c\n',
  '- - a\n',
  '-\n',
  'a: b\r\n',
  'a: "\\x41"\n',
  'a: b\n---\nc: d\n',
  'a: b',
])('%j is left to a YAML parser', (text) => {
  expect(readBlockYaml(text)).toBeUndefined()
})
