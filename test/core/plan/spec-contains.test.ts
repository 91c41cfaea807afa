import { expect, test } from 'vitest'
import { specContains } from '../../../src/core/plan/spec-contains.ts'

test.each([
  { live: { a: 1, b: 2 }, rendered: { a: 1 }, contains: true, why: 'defaults may be added' },
  {
    live: { a: { x: 1, y: 2 } },
    rendered: { a: { y: 2 } },
    contains: true,
    why: 'defaults may be added deep down',
  },
  { live: { a: 1 }, rendered: { a: 2 }, contains: false, why: 'another scalar' },
  { live: { a: '1' }, rendered: { a: 1 }, contains: false, why: 'another type' },
  { live: {}, rendered: { a: 1 }, contains: false, why: 'a missing field' },
  { live: {}, rendered: { a: null }, contains: true, why: 'the API server drops nulls' },
  { live: { a: 0 }, rendered: { a: null }, contains: false, why: 'null is not 0' },
  {
    live: { a: [{ n: 1, d: 1 }] },
    rendered: { a: [{ n: 1 }] },
    contains: true,
    why: 'list elements may have defaults',
  },
  { live: { a: [1, 2] }, rendered: { a: [2, 1] }, contains: false, why: 'order matters in lists' },
  { live: { a: [1, 2] }, rendered: { a: [1] }, contains: false, why: 'a list has no extra elements' },
  { live: { a: { 0: 1 } }, rendered: { a: [1] }, contains: false, why: 'an object is no list' },
  { live: { a: [1] }, rendered: { a: { 0: 1 } }, contains: false, why: 'a list is no object' },
])('$live against $rendered: $why', ({ live, rendered, contains }) => {
  expect(specContains(live, rendered)).toBe(contains)
})
