import { describe, expect, test } from 'vitest'
import { classifyChanges, type PlacementChange } from '../../../src/core/render/diff-classes.ts'

const before = Array.from({ length: 40 }, (_, line) => `line ${line}\n`).join('')
const after = before.replace('line 20\n', 'line twenty\n')
const edge = before.replace('line 20\n', 'line twenty, at the edge\n')
const changeOf = (
  cluster: string,
  next: string | undefined = after,
  previous: string | undefined = before,
): PlacementChange => ({
  cluster,
  path: `clusters/${cluster}/apps/pay/payments.yaml`,
  before: previous,
  after: next,
})

describe('clusters with the same change are one class', () => {
  const changes = [changeOf('c'), changeOf('edge-1', edge), changeOf('a'), changeOf('b')]

  test('told once, largest first', () => {
    const classes = classifyChanges(changes)
    expect(classes.map(({ clusters }) => clusters)).toEqual([['a', 'b', 'c'], ['edge-1']])
    expect(classes[0]?.diff).toBe(`--- a/clusters/<cluster>/apps/pay/payments.yaml
+++ b/clusters/<cluster>/apps/pay/payments.yaml
@@ -18,7 +18,7 @@
 line 17
 line 18
 line 19
-line 20
+line twenty
 line 21
 line 22
 line 23
`)
  })

  test('whatever the order of the changes', () => {
    expect(classifyChanges(changes.toReversed())).toEqual(classifyChanges(changes))
  })

  test('counting all files of a cluster', () => {
    const second = (cluster: string): PlacementChange => ({
      ...changeOf(cluster),
      path: `clusters/${cluster}/namespaces/pay.yaml`,
    })
    const classes = classifyChanges([changeOf('a'), changeOf('b'), second('a'), changeOf('c'), second('c')])
    expect(classes.map(({ clusters }) => clusters)).toEqual([['a', 'c'], ['b']])
    expect(classes[0]?.diff.match(/^---/gm)?.length).toBe(2)
  })
})

test('a new file and a removed one are told as such', () => {
  const [created] = classifyChanges([{ ...changeOf('a', 'x: 1\n'), before: undefined }])
  expect(created?.diff).toBe(
    '--- /dev/null\n+++ b/clusters/<cluster>/apps/pay/payments.yaml\n@@ -0,0 +1,1 @@\n+x: 1\n',
  )
  const [removed] = classifyChanges([{ ...changeOf('a', undefined, 'x: 1\n'), after: undefined }])
  expect(removed?.diff).toBe(
    '--- a/clusters/<cluster>/apps/pay/payments.yaml\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-x: 1\n',
  )
})

test('a file that stays is an empty diff', () => {
  expect(classifyChanges([changeOf('a', before)])).toEqual([{ clusters: ['a'], diff: '' }])
})

test('texts that differ everywhere are not compared for long', () => {
  const lines = (word: string) => Array.from({ length: 30_000 }, (_, line) => `${word} ${line}\n`).join('')
  const start = performance.now()
  const [only] = classifyChanges([changeOf('a', lines('new'), lines('old'))])
  expect(performance.now() - start).toBeLessThan(5000)
  expect(only?.diff).toContain('too many lines differ')
})

test('250 clusters with a few distinct texts take a moment', () => {
  const long = Array.from({ length: 400 }, (_, line) => `key${line}: value\n`).join('')
  const changes = Array.from({ length: 250 }, (_, index) =>
    changeOf(`prod-${index}`, long.replace('key7: value', `key7: ${index % 3}`), long),
  )
  const start = performance.now()
  expect(classifyChanges(changes).map(({ clusters: { length } }) => length)).toEqual([84, 83, 83])
  expect(performance.now() - start).toBeLessThan(500)
})
