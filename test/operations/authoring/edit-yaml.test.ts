import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Document, parse } from 'yaml'
import { removeField, setBlock, setField } from '../../../src/operations/authoring/edit-yaml.ts'

const version = `# yaml-language-server: $schema=../schema.json
# who: the payments team
metadata: { name: payments-1.4.2 }   # name
spec:
  version: 1.4.2

  chart: { name: web, version: "1.3.0" }
  values:    # as the chart takes them
    image:
      tag: "1.4.2"   # the image
    args: [a, b]
    env:
    - name: A
      value: 'x'
    - name: B
    empty:
    script: |
      echo hello
      exit 0
  # what it was made from
  source:
    commit: abc
    changelog: >-
      folded
      text
`

describe('setting a field', () => {
  it.each([
    [['metadata', 'name'], 'payments-1.4.3', 'metadata: { name: payments-1.4.3 }   # name'],
    [['spec', 'version'], '1.4.3', '  version: 1.4.3\n\n  chart'],
    [['spec', 'chart', 'version'], '1.4.0', '{ name: web, version: "1.4.0" }'],
    [['spec', 'chart', 'digest'], 'sha256:0', '{ name: web, version: "1.3.0", digest: "sha256:0" }'],
    [['spec', 'values', 'image', 'tag'], '1.4.3', '      tag: "1.4.3"   # the image\n'],
    [['spec', 'values', 'image', 'tag'], 3, '      tag: 3   # the image\n'],
    [['spec', 'values', 'env', 0, 'value'], "it's", "      value: 'it''s'\n"],
    [['spec', 'values', 'args', 1], 'c', '[a, c]'],
    [['spec', 'values', 'empty'], 1, '    empty: 1\n'],
    [['spec', 'values'], 'none', '  values: none    # as the chart takes them\n  # what'],
    [['spec', 'values', 'script'], 'no', '    script: "no"\n  # what'],
  ])('%s to %s changes only that', (path, value, expected) => {
    const after = setField(version, path, value)
    expect(after).toContain(expected)
    expect(parse(after)).toEqual(changed(version, path, value))
    const kept = path.length === 2 ? commentsOf(after) : commentsOf(version)
    expect(commentsOf(after)).toEqual(kept)
  })

  it.each([
    [['spec', 'values', 'image', 'pull'], true],
    [['spec', 'values', 'new', 'deep'], 'x'],
    [['spec', 'values', 'env', 1, 'value'], { a: [1] }],
    [['spec', 'values', 'env', 2], { name: 'C' }],
    [['spec', 'values', 'args', 2], 'c'],
    [['spec', 'values', 'empty', 'now'], { a: 1 }],
    [['spec', 'values', 'image', 'tag'], { list: [1, { b: 2 }] }],
    [['spec', 'values', 'script'], { a: 1 }],
    [['spec', 'values', 'env'], []],
    [['spec', 'source', 'changelog'], 'two\nlines'],
    [['spec', 'source', 'author'], 'ana@example.com'],
    [['top'], { a: 1 }],
  ])('%s to %j is what a reader finds then', (path, value) => {
    const after = setField(version, path, value)
    expect(parse(after)).toEqual(changed(version, path, value))
    expect(commentsOf(after).length).toBeGreaterThanOrEqual(commentsOf(version).length - 1)
  })

  it('says the same as a setting of values, in block and flow style, for any values', () => {
    const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null))
    const key = fc.constantFrom('a', 'b', 'c', 'no', '1', 'x y')
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }),
      ),
      root: fc.dictionary(key, tie('value'), { minKeys: 1, noNullPrototype: true }),
    })).root
    fc.assert(
      fc.property(
        tree,
        fc.array(key, { minLength: 1, maxLength: 3 }),
        leaf,
        fc.boolean(),
        (root, path, value, flow) => {
          const document = new Document(root)
          const text = document.toString({ collectionStyle: flow ? 'flow' : 'block', lineWidth: 0 })
          expect(parse(setField(text, path, value))).toEqual(changed(text, path, value))
        },
      ),
    )
  })

  it('refuses a place beyond the end of a list', () => {
    expect(() => setField(version, ['spec', 'values', 'args', 5], 'x')).toThrow(RangeError)
  })
})

describe('removing a field', () => {
  it('takes its lines out, and what holds nothing else', () => {
    expect(removeField(version, ['spec', 'source', 'changelog'])).toBe(
      version.replace('    changelog: >-\n      folded\n      text\n', ''),
    )
    expect(removeField(version, ['spec', 'values', 'image', 'tag'])).not.toContain('image:')
    expect(removeField(version, ['spec', 'nothing', 'here'])).toBe(version)
  })

  it('keeps the others of a flow mapping', () => {
    expect(removeField(version, ['spec', 'chart', 'name'])).toContain('  chart: { version: "1.3.0" }\n')
  })
})

describe('setting a block', () => {
  it('keeps the lines as they were written', () => {
    const after = setBlock(version, ['spec', 'values'], '# mine\na: 1 # one\n\nb:\n  - |\n    x\n')
    expect(after).toContain(
      '  values:    # as the chart takes them\n    # mine\n    a: 1 # one\n\n    b:\n      - |\n        x\n  # what it was',
    )
    expect(parse(after)).toMatchObject({ spec: { values: { a: 1, b: ['x\n'] }, source: { commit: 'abc' } } })
  })

  it('makes the field where there is none', () => {
    expect(parse(setBlock('spec:\n  a: 1\n', ['spec', 'values'], '{ "b": 2 }'))).toEqual({
      spec: { a: 1, values: { b: 2 } },
    })
  })
})

function changed(text: string, path: readonly (string | number)[], value: unknown): unknown {
  const put = (node: unknown, [name, ...rest]: readonly (string | number)[]): unknown => {
    if (name === undefined) return value
    if (typeof name === 'number') {
      const list: unknown[] = Array.isArray(node) ? [...node] : []
      list[name] = put(list[name], rest)
      return list
    }
    const object = typeof node === 'object' && node !== null && !Array.isArray(node) ? { ...node } : {}
    return { ...object, [name]: put(Reflect.get(object, name), rest) }
  }
  return put(parse(text), path)
}

function commentsOf(text: string): readonly string[] {
  return text.match(/#.*$/gm) ?? []
}
