import fc from 'fast-check'
import { load, loadAll } from 'js-yaml'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments, parseDocument } from 'yaml'
import type { JsonObject } from '../../../src/core/domain/cluster.ts'
import { emitYaml } from '../../../src/core/render/emit-yaml.ts'

const nasty = [
  ...[
    '',
    ' ',
    '  a',
    'a ',
    '~',
    'null',
    'Null',
    'true',
    'False',
    'yes',
    'NO',
    'on',
    'Off',
    'y',
    'N',
    '=',
    '<<',
    'e0',
    'E+1',
  ],
  ...[
    '12:30',
    '1:30:59',
    '0755',
    '0o7',
    '0x1F',
    '0b11',
    '1_000',
    '1e3',
    '1.5e3',
    '.5',
    '.inf',
    '-.INF',
    '.nan',
    '+1',
    '-',
  ],
  ...[
    '2001-01-01',
    '2001-12-14t21:59:43.10-05:00',
    '1.4.2',
    '1.4',
    '1',
    '-0',
    '3f2c',
    '1e10',
    '5m',
    '500m',
    '2Gi',
  ],
  ...[
    'a: b',
    'a:',
    'a #b',
    'a#b',
    '#a',
    '- a',
    '-a',
    '? a',
    '?a',
    ': a',
    ':a',
    '[a',
    '{a',
    ']',
    '}',
    ',',
    '&a',
    '*a',
    '!a',
  ],
  ...[
    '|',
    '>',
    '%a',
    '@a',
    '`a',
    '"a"',
    "'a'",
    '---',
    '...',
    '--- a',
    'a\\b',
    'a"b',
    'https://x/y?z#w',
    './a',
    '../a',
    '/a',
  ],
  ...[
    'a\nb',
    'a\n',
    'a\n\n',
    '\na',
    ' a\nb',
    'a\n b',
    'a \nb',
    'a\r\nb',
    'a\tb',
    '\ta',
    'a\n\tb',
    'a\t\nb',
    '\n',
    '\n\n',
  ],
  ...['---\na', 'a\n---\nb', 'a\n...\n', '#a\nb', 'a\n# b\n', '- a\n- b\n', 'a\n\n\nb\n\n\n', 'a\n '],
  ...[
    '\u0000',
    '\u0007',
    '\u007f',
    '\u0085',
    'a\u0085b',
    '\u00a0',
    '\u2028',
    'a\u2029b\nc',
    '\ufeff',
    '\ufeffa\nb',
    '\u202e',
  ],
  ...['\ud800', 'a\udc00\nb', '\ufffe', '\uffff', '😀', 'é', '日本語', 'a\n😀\n', '__proto__', 'constructor'],
]
const nastyString = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...nasty) },
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom(
      ...Array.from('ab10.:-#_ \n\t\'"\\|>&*!%@`{}[],?~=+xeEoO/'),
      '\r',
      '\u0085',
      '\u2028',
      'é',
    ),
    maxLength: 16,
  }),
  fc.tuple(fc.constantFrom(...nasty), fc.constantFrom(...nasty)).map(([a, b]) => a + b),
)
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 4, arbitrary: fc.oneof(nastyString, number, fc.boolean(), fc.constant(null)) },
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(nastyString, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))
const document = fc.dictionary(nastyString, tree, {
  maxKeys: 5,
  noNullPrototype: true,
}) as fc.Arbitrary<JsonObject>

/** JSON text: tells -0 from nothing, keeps key order and own `__proto__` keys. */
const json = (value: unknown) => JSON.stringify(value)
const runs = { numRuns: 3000 }

describe('every tree reads back as the same value', () => {
  test('in YAML 1.2 as `yaml` reads it', () => {
    fc.assert(
      fc.property(document, (tree) => {
        const parsed = parseDocument(emitYaml([tree]), { version: '1.2' })
        expect(parsed.errors).toEqual([])
        expect(parsed.warnings).toEqual([])
        expect(json(parsed.toJS())).toBe(json(tree))
      }),
      runs,
    )
  })

  test('in YAML 1.1 as `yaml` reads it', () => {
    fc.assert(
      fc.property(document, (tree) => {
        expect(json(parse(emitYaml([tree]), { version: '1.1' }))).toBe(json(tree))
      }),
      runs,
    )
  })

  test('as `js-yaml` reads it', () => {
    fc.assert(
      fc.property(document, (tree) => {
        expect(json(load(emitYaml([tree])))).toBe(json(tree))
      }),
      runs,
    )
  })

  test('when there are several documents', () => {
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 4 }), (documents) => {
        const text = emitYaml(documents)
        const parsed = parseAllDocuments(text)
        expect(json(Array.isArray(parsed) ? parsed.map((each) => each.toJS()) : undefined)).toBe(
          json(documents),
        )
        expect(json(loadAll(text))).toBe(json(documents))
      }),
      { numRuns: 500 },
    )
  })
})

test('a key longer than parsers look ahead is written with a question mark', () => {
  const tree = { list: [{ [`${'k'.repeat(1100)} é`]: { a: ['x'] }, b: 1 }] }
  const text = emitYaml([tree])
  expect(text).toContain('- ? "kkk')
  expect(parse(text)).toEqual(tree)
  expect(load(text)).toEqual(tree)
})

test('text holds no character that a reviewer can not see', () => {
  fc.assert(
    fc.property(document, (tree) => {
      expect(emitYaml([tree])).not.toMatch(
        /[^\n\t\x20-\x7e\xa0-\u{10ffff}]|[\u2028\u2029\u202e\ufeff]|\p{Surrogate}/u,
      )
    }),
  )
})

test('a number that JSON can not hold is refused', () => {
  expect(() => emitYaml([{ a: Number.POSITIVE_INFINITY }])).toThrow(RangeError)
  expect(() => emitYaml([{ a: Number.NaN }])).toThrow(RangeError)
})

test('it reads as people write it', () => {
  const text = emitYaml([
    {
      apiVersion: 'v1',
      metadata: { name: 'a', labels: { 'app.kubernetes.io/name': 'a', on: 'yes' }, annotations: {} },
      spec: {
        interval: '5m',
        path: './clusters/a',
        version: '1.4.2',
        mode: '0755',
        args: ['--verbose', 'run it', [1, [2]], []],
        env: [
          { name: 'A', value: 'x: y' },
          { name: 'B', value: null },
        ],
        script: 'set -e\n\nrun\n',
        message: 'ends\nwithout',
        big: 1e21,
        small: 1e-7,
        negative: -0.5,
      },
    },
    { kind: 'Second' },
  ])
  expect(text).toBe(`apiVersion: v1
metadata:
  name: a
  labels:
    app.kubernetes.io/name: a
    "on": "yes"
  annotations: {}
spec:
  interval: 5m
  path: ./clusters/a
  version: "1.4.2"
  mode: "0755"
  args:
  - "--verbose"
  - run it
  - - 1
    - - 2
  - []
  env:
  - name: A
    value: "x: y"
  - name: B
    value: null
  script: |
    set -e

    run
  message: |-
    ends
    without
  big: 1.0e+21
  small: 1.0e-7
  negative: -0.5
---
kind: Second
`)
})
