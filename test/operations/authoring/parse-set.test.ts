import { describe, expect, it } from 'vitest'
import { parseSet } from '../../../src/operations/authoring/parse-set.ts'
import { KnownError } from '../../../src/operations/known-error.ts'

describe('--set', () => {
  /** Each as helm 4's own strvals reads it. */
  it.each([
    ['a=b', [{ path: ['a'], value: 'b' }]],
    ['a.b=1', [{ path: ['a', 'b'], value: 1 }]],
    [
      'a=-3,b=0',
      [
        { path: ['a'], value: -3 },
        { path: ['b'], value: 0 },
      ],
    ],
    ['a=007', [{ path: ['a'], value: '007' }]],
    ['a=1.5', [{ path: ['a'], value: '1.5' }]],
    [
      'a=true,b=false,c=null',
      [
        { path: ['a'], value: true },
        { path: ['b'], value: false },
        { path: ['c'], value: null },
      ],
    ],
    ['a=', [{ path: ['a'], value: '' }]],
    [
      'a={1,x},b={}',
      [
        { path: ['a'], value: [1, 'x'] },
        { path: ['b'], value: [] },
      ],
    ],
    ['a[0].b=x', [{ path: ['a', 0, 'b'], value: 'x' }]],
    ['a\\.b=c\\,d', [{ path: ['a.b'], value: 'c,d' }]],
    ['url=https://x?a=b', [{ path: ['url'], value: 'https://x?a=b' }]],
    ['n=12345678901234567890', [{ path: ['n'], value: '12345678901234567890' }]],
  ])('%s', (text, expected) => {
    expect(parseSet(text)).toEqual(expected)
  })

  it('as texts keeps every value as it is written', () => {
    expect(parseSet('a=1,b=true', true).map(({ value }) => value)).toEqual(['1', 'true'])
  })

  it.each(['', 'a', '=b', 'a.=b', 'a[x]=b', 'a[99999]=b', '__proto__.a=b', 'a={b', 'a..b=c'])(
    '%s is refused',
    (text) => {
      expect(() => parseSet(text)).toThrow(KnownError)
    },
  )
})
