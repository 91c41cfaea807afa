import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json, JsonObject } from '../../../src/core/domain/cluster.ts'
import { compileValues } from '../../../src/core/expressions/compile-values.ts'
import type { ExpressionContext, ExpressionError } from '../../../src/core/expressions/types.ts'

const context: ExpressionContext = {
  cluster: {
    name: 'edge-fr-3',
    labels: { env: 'prod', 'topology.kubernetes.io/zone': 'fr-3a' },
    metadata: { size: 'large', nodes: 3, ratio: 1.5, zones: ['a', 'b'], network: { mtu: 1500 } },
    group: 'prod',
  },
  service: { name: 'payments', namespace: 'pay', owner: 'team-payments' },
  version: '1.4.2',
}

function compiled(values: JsonObject) {
  const result = compileValues(values)
  if (result.kind === 'errors') throw new Error(result.errors.map(({ message }) => message).join('; '))
  return result.values
}

function valueOf(text: string): Json | undefined {
  const result = compiled({ text }).evaluate(context)
  if (result.kind === 'errors') throw new Error(result.errors.map(({ message }) => message).join('; '))
  return result.value['text']
}

function compileErrors(text: string): readonly ExpressionError[] {
  const result = compileValues({ a: [text] })
  return result.kind === 'errors' ? result.errors : []
}

function evaluateErrors(text: string): readonly ExpressionError[] {
  const result = compiled({ a: [text] }).evaluate(context)
  return result.kind === 'errors' ? result.errors : []
}

describe('a string that is one expression keeps its type', () => {
  test.each<[string, Json]>([
    ['${cluster.name}', 'edge-fr-3'],
    ["${cluster.metadata.size == 'large' ? 6 : 3}", 6],
    ['${cluster.metadata.nodes + 1}', 4],
    ['${cluster.metadata.ratio * 2.0}', 3],
    ['${cluster.labels.env == "prod"}', true],
    ['${cluster.metadata.zones.map(z, cluster.name + "-" + z)}', ['edge-fr-3-a', 'edge-fr-3-b']],
    ['${{"nested": {"mtu": cluster.metadata.network.mtu}}}', { nested: { mtu: 1500 } }],
    ['${cluster.metadata.network}', { mtu: 1500 }],
    ['${cluster.labels["topology.kubernetes.io/zone"]}', 'fr-3a'],
    ['${has(cluster.labels.region) ? cluster.labels.region : "none"}', 'none'],
    ['${"}" + \'}\' + r"\\d"}', '}}\\d'],
    ['${cluster.group + version + service.owner}', 'prod1.4.2team-payments'],
    ['${null}', null],
  ])('%s', (text, expected) => {
    expect(valueOf(text)).toEqual(expected)
  })
})

describe('inside other text a result is written out', () => {
  test.each([
    ['https://${cluster.name}.${service.name}:${cluster.metadata.nodes}/', 'https://edge-fr-3.payments:3/'],
    ['${cluster.metadata.ratio} ${true}', '1.5 true'],
    ['$${cluster.name}', '${cluster.name}'],
    ['$${${cluster.name}}', '${edge-fr-3}'],
    ['$$${x}', '$${x}'],
    ['cost: $5 $', 'cost: $5 $'],
  ])('%s', (text, expected) => {
    expect(valueOf(text)).toBe(expected)
  })

  test('a list can not stand there', () => {
    expect(evaluateErrors('x ${cluster.metadata.zones}')).toMatchObject([
      { path: ['a', 0], offset: 2, length: 25, message: 'a list, a map or null can not stand inside text' },
    ])
  })
})

test('text without ${ is left as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', '"', "'", '\\') }), (text) => {
      fc.pre(!text.includes('${'))
      expect(valueOf(text)).toBe(text)
    }),
  )
})

test('any text survives when each ${ is written $${', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', 'a', '"') }), (text) => {
      fc.pre(!text.includes('$${'))
      expect(valueOf(text.replaceAll('${', () => '$${'))).toBe(text)
    }),
  )
})

test('whole numbers and other JSON pass through unchanged', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const json = JSON.parse(JSON.stringify(value)) as Json
      const metadata = { ...context.cluster.metadata, value: json }
      const result = compiled({ copy: '${cluster.metadata.value}' }).evaluate({
        ...context,
        cluster: { ...context.cluster, metadata },
      })
      expect(result).toEqual({ kind: 'value', value: { copy: json } })
    }),
  )
})

test('values without expressions are returned as they are', () => {
  const values = { a: { b: ['x', 1, null] }, c: true }
  const result = compiled(values).evaluate(context)
  expect(result.kind === 'value' && result.value).toBe(values)
})

describe('reads', () => {
  test.each([
    ['${cluster.labels.region}', [['cluster', 'labels', 'region']]],
    ['${has(cluster.labels.region) ? "a" : "b"}', [['cluster', 'labels', 'region']]],
    ['${cluster.labels["a/b"]}', [['cluster', 'labels', 'a/b']]],
    [
      '${cluster.labels[cluster.name]}',
      [
        ['cluster', 'labels'],
        ['cluster', 'name'],
      ],
    ],
    ['${"x" in cluster.labels}', [['cluster', 'labels']]],
    ['${cluster.metadata.zones[0]}', [['cluster', 'metadata', 'zones']]],
    ['${cluster.metadata.zones.exists(z, z == version)}', [['cluster', 'metadata', 'zones'], ['version']]],
    ['${cluster.group}-${cluster.group}', [['cluster', 'group']]],
    ['${1 + 2}', []],
  ])('of %s', (text, reads) => {
    expect(compiled({ text }).reads).toEqual(reads)
  })

  test('name everything that decides the result', () => {
    const labels = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('x', 'y'))
    const expression = fc.constantFrom(
      '${has(cluster.labels.a) ? cluster.labels.a : "-"}',
      '${"b" in cluster.labels}',
      '${cluster.labels.map(k, k + cluster.labels[k])}',
      '${has(cluster.labels.a) && has(cluster.labels.c) && cluster.labels.a == cluster.labels.c}',
    )
    fc.assert(
      fc.property(expression, labels, labels, (text, one, other) => {
        const values = compiled({ text })
        const read = (source: Readonly<Record<string, string>>) =>
          JSON.stringify(
            values.reads.map(([, , key]) => (key === undefined ? source : (source[key] ?? null))),
          )
        const evaluate = (own: Readonly<Record<string, string>>) =>
          values.evaluate({ ...context, cluster: { ...context.cluster, labels: own } })
        fc.pre(read(one) === read(other))
        expect(evaluate(one)).toEqual(evaluate(other))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('errors', () => {
  test('a missing label says which cluster lacks it and how to do without', () => {
    expect(evaluateErrors('${cluster.labels.region}')).toEqual([
      {
        path: ['a', 0],
        expression: 'cluster.labels.region',
        offset: 0,
        length: 24,
        message: 'cluster edge-fr-3 has no label "region"',
        remedy:
          'add the label in clusters/edge-fr-3.yaml, or give a default: ${has(cluster.labels.region) ? cluster.labels.region : "none"}',
      },
    ])
  })

  test('the default that is offered works', () => {
    for (const text of [
      '${cluster.labels["a/b"]}',
      '${cluster.labels.x}',
      '${cluster.metadata.network.dns}',
    ]) {
      const [error] = evaluateErrors(text)
      const remedy = error?.remedy.split('default: ')[1] ?? ''
      expect(valueOf(remedy)).toBe('none')
    }
  })

  test.each([
    ['${cluster.lables.region}', 2 + 'cluster.'.length, 'lables'.length, 'no such key: lables'],
    ['x ${1 +}', 2, 6, 'unexpected token: EOF'],
    ['a ${cluster.name', 2, 2, 'the expression has no closing }'],
    ['${}', 0, 3, 'the expression is empty'],
    ['${host}', 2, 4, 'unknown variable: host'],
    ['${cluster.name.matches("^(a+)+$")}', 0, 34, 'matches() is not available'],
  ])('%s is refused when compiled', (text, offset, length, message) => {
    expect(compileErrors(text)).toMatchObject([{ path: ['a', 0], offset, length, message }])
  })

  test('types that do not fit are told with the way to convert', () => {
    expect(evaluateErrors('${cluster.metadata.nodes * 1.5}')).toMatchObject([
      {
        message: 'no such overload: dyn<int> * double',
        remedy: 'convert one side with int(…), double(…) or string(…)',
      },
    ])
    expect(valueOf('${double(cluster.metadata.nodes) * 1.5}')).toBe(4.5)
  })

  test('all wrong expressions are told at once', () => {
    const result = compileValues({ a: '${x}', b: ['${1 +}', '${cluster.name}'], c: '${y}${z}' })
    expect(result.kind === 'errors' && result.errors.map(({ path }) => path)).toEqual([
      ['a'],
      ['b', 0],
      ['c'],
      ['c'],
    ])
  })

  test('results that JSON can not hold are refused', () => {
    for (const text of [
      '${1.0 / 0.0}',
      '${9007199254740993}',
      '${b"abc"}',
      '${type(1)}',
      '${cluster}',
      '${2u}',
    ])
      expect(evaluateErrors(text)).toMatchObject([{ path: ['a', 0], offset: 0, length: text.length }])
  })
})

describe('expressions that would take long are refused', () => {
  test('long ones', () => {
    expect(compileErrors(`\${${'!'.repeat(1001)}true}`)).toMatchObject([
      { message: 'the expression has 1005 characters, the limit is 1000' },
    ])
  })

  test('deeply nested ones', () => {
    expect(compileErrors(`\${${'('.repeat(480)}1${')'.repeat(480)}}`).length).toBe(1)
    expect(compileErrors(`\${${'!'.repeat(990)}true}`).length).toBeLessThanOrEqual(1)
  })

  test('three loops inside each other', () => {
    const list = 'cluster.metadata.zones'
    expect(compileErrors(`\${${list}.map(a, ${list}.map(b, a + b))}`)).toEqual([])
    expect(compileErrors(`\${${list}.map(a, ${list}.map(b, ${list}.map(c, a + b + c)))}`)).toMatchObject([
      { message: 'loops stand 3 deep inside each other, the limit is 2' },
    ])
  })

  test('texts that double and double again', () => {
    const doubled = 'cel.bind(a, "x", cel.bind(b, a + a, cel.bind(c, b + b, c)))'
    expect(compileErrors(`\${${doubled}}`)).toMatchObject([
      { message: expect.stringContaining('3 deep') as string },
    ])
  })
})
