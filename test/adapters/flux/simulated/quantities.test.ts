import { expect, test } from 'vitest'
import {
  formatGoDuration,
  parseGoDuration,
  parseQuantity,
} from '../../../../src/adapters/flux/simulated/quantities.ts'

test.each([
  ['0', 0],
  ['250m', 0.25],
  ['1.5', 1.5],
  ['512Mi', 512 * 2 ** 20],
  ['2Gi', 2 ** 31],
  ['1G', 1e9],
  ['1e3', 1000],
  ['12E', 12e18],
  ['', undefined],
  ['12Gx', undefined],
  ['Mi', undefined],
  ['1 Gi', undefined],
  ['-1', undefined],
])('the quantity %j is %j', (text, value) => {
  expect(parseQuantity(text)).toBe(value)
})

test.each([
  ['20s', 20],
  ['5m', 300],
  ['1h30m', 5400],
  ['1m0s', 60],
  ['1.5s', 1.5],
  ['500ms', 0.5],
  ['', undefined],
  ['5', undefined],
  ['5 min', undefined],
])('the Go duration %j is %j seconds', (text, value) => {
  expect(parseGoDuration(text)).toBe(value)
})

test.each([
  [20, '20s'],
  [300, '5m0s'],
  [3661, '1h1m1s'],
])('%d seconds print as %s', (seconds, text) => {
  expect(formatGoDuration(seconds)).toBe(text)
})
