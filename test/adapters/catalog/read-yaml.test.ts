import fc from 'fast-check'
import { dump } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { readYaml } from '../../../src/adapters/catalog/read-yaml.ts'

function problemsOf(text: string) {
  const reading = readYaml(text)
  return reading.kind === 'refused' ? reading.problems : []
}

function valueOf(text: string) {
  const reading = readYaml(text)
  if (reading.kind === 'refused') throw new Error(reading.problems.map(({ message }) => message).join('\n'))
  return reading.value
}

describe('what is read', () => {
  it('reads scalars by the core schema of YAML 1.2', () => {
    const text = 'a: no\nb: 0o17\nc: 1e3\nd: ~\ne: true\nf: 2026-11-22\ng: 12:30\nh: 0755\n'
    expect(valueOf(text)).toEqual({
      a: 'no',
      b: 15,
      c: 1000,
      d: null,
      e: true,
      f: '2026-11-22',
      g: '12:30',
      h: 755,
    })
  })

  it('reads block and flow collections, block scalars and comments', () => {
    const text = '# hi\na:\n- b: |\n    one\n    two\n  c: >-\n    x\n    y\n- [1, {d: "e"}]\n'
    expect(valueOf(text)).toEqual({ a: [{ b: 'one\ntwo\n', c: 'x y' }, [1, { d: 'e' }]] })
  })

  it('reads an empty text and comments alone as null', () => {
    expect(valueOf('')).toBeNull()
    expect(valueOf('# nothing\n')).toBeNull()
  })

  it('gives back what another library wrote', () => {
    const isText = (text: string) => !text.includes('\0') && text.isWellFormed()
    const key = fc.string().filter((text) => text !== '__proto__' && isText(text))
    const leaf = fc.oneof(
      fc.string({ unit: 'grapheme' }).filter(isText),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.constant(null),
    )
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }))
    fc.assert(
      fc.property(value, (json) => {
        expect(valueOf(dump(json))).toEqual(json)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps keys that objects inherit as plain keys', () => {
    expect(Object.entries(valueOf('constructor: 1\ntoString: 2\n') ?? {})).toEqual([
      ['constructor', 1],
      ['toString', 2],
    ])
  })
})

describe('what is refused', () => {
  it.each([
    ['a second document', 'a: 1\n---\nb: 2\n', 'the file holds more than one document'],
    ['an anchor', 'a: &x 1\n', 'anchors and aliases are refused'],
    ['an alias', 'a: *x\n', 'anchors and aliases are refused'],
    ['a tag', 'a: !secret x\n', 'the tag !secret is refused'],
    ['a core tag', 'a: !!str 1\n', 'the tag !!str is refused'],
    ['a key that is there twice', 'a: 1\nb: 2\na: 3\n', 'the key a is there twice'],
    ['a key that is there twice in other writing', '{a: 1, "a": 2}', 'the key a is there twice'],
    ['__proto__', '__proto__: {a: 1}\n', 'the key __proto__ is refused'],
    ['a raw NUL', 'a: \0\n', 'the document holds a control character'],
    ['an escaped NUL', 'a: "\\0"\n', 'the text holds a NUL or broken character'],
    ['half of a surrogate pair', 'a: "\\ud800"\n', 'the text holds a NUL or broken character'],
    [
      'an integer beyond 2^53',
      'a: 9007199254740993\n',
      'the integer 9007199254740993 is beyond 2^53 and would lose digits',
    ],
    ['infinity', 'a: .inf\n', '.inf is not a number that JSON has'],
    ['a key that is a list', '? [a]\n: 1\n', 'not valid YAML: with stringKeys, all keys must be strings'],
    ['an unclosed bracket', 'a: [1\n', /^not valid YAML: /],
    ['a tab for indentation', 'a:\n\tb: 1\n', /^not valid YAML: /],
  ])('refuses %s', (_, text, message) => {
    const [problem] = problemsOf(text)
    expect(problem?.message).toMatch(message)
    expect(problem?.remedy).not.toBe('')
  })

  it('marks the second of two equal keys', () => {
    expect(problemsOf('spec:\n  a: 1\n  a: 2\n')).toEqual([
      expect.objectContaining({ field: ['spec', 'a'], start: 15, end: 16 }),
    ])
  })

  it('tells all problems of a document at once', () => {
    expect(problemsOf('a: 1\na: 2\nb: .nan\n__proto__: x\n')).toHaveLength(3)
  })
})

describe('what nobody would write', () => {
  it.each([
    ['flow lists', '['.repeat(65)],
    ['closed flow lists', `${'['.repeat(1000)}${']'.repeat(1000)}`],
    ['flow mappings', '{a: '.repeat(100_000)],
    ['block lists on one line', '- '.repeat(100_000)],
    ['explicit keys', '? '.repeat(100_000)],
    ['empty keys', ': '.repeat(100_000)],
    ['block mappings', Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    [
      'block lists below each other',
      Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}-\n`).join(''),
    ],
    [
      'lists in mappings at one column',
      Array.from({ length: 70 }, (_, depth) => `${'  '.repeat(depth)}- a:\n`).join(''),
    ],
  ])('refuses deeply nested %s before parsing them', (_, text) => {
    expect(problemsOf(text)[0]?.message).toMatch(/nested more than 64 levels deep/)
  })

  it('accepts a document of 60 levels', () => {
    const text = Array.from({ length: 60 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')
    expect(problemsOf(text)).toEqual([])
  })

  it('does not mistake many siblings for depth', () => {
    const text = 'list:\n' + '  - a: {b: [1]}\n    c:\n      d: x\n'.repeat(200)
    expect(problemsOf(text)).toEqual([])
  })

  it('refuses more than 1 MiB', () => {
    expect(problemsOf(`a: ${'x'.repeat(1024 * 1024)}`)[0]?.message).toBe('the document is larger than 1 MiB')
  })

  it.each([
    ['refuses 60,000', 60_000, ['the document holds more than 100000 tokens']],
    ['reads 30,000', 30_000, []],
  ])('%s flat keys, in linear time', (_, count, messages) => {
    const text = Array.from({ length: count }, (__, index) => `key${index}: v\n`).join('')
    const cpu = process.cpuUsage()
    expect(problemsOf(text).map(({ message }) => message)).toEqual(messages)
    expect(process.cpuUsage(cpu).user / 1e6).toBeLessThan(3)
  })

  it.each([
    '[]\n',
    '{},',
    '"a" ',
    '- a\n',
    '\t',
    '\n',
    '#\n',
    'a: b: ',
    ',',
    '\u2028',
    '%TAG\n',
    '? a\n',
    "''",
    '"',
    '|\n',
    'a:\n',
    '\ufeff',
    '\\',
  ])('answers %j, many times over, in time', (part) => {
    const start = performance.now()
    readYaml(part.repeat(Math.floor(50_000 / part.length)))
    expect(performance.now() - start).toBeLessThan(8000)
  })
})
