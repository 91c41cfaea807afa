import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatInstant, parseInstant } from '../../../src/core/domain/time.ts'

test('an instant is written as the platform writes it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_294_967_295 }), (instant) => {
      expect(formatInstant(instant)).toBe(new Date(instant * 1000).toISOString().replace('.000Z', 'Z'))
      expect(parseInstant(formatInstant(instant))).toBe(instant)
    }),
    { numRuns: 2000 },
  )
})

test('offsets and fractions are read', () => {
  for (const text of ['2026-11-22T14:32:00+02:30', '2026-11-22T14:32:00.999-01:00', '2024-02-29t00:00:00z'])
    expect(parseInstant(text)).toBe(Math.floor(Date.parse(text) / 1000))
})

test.each([
  '2026-02-29T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-11-31T00:00:00Z',
  '2026-11-22T24:00:00Z',
  '2026-11-22T14:60:00Z',
  '2026-11-22 14:32:00Z',
  '2026-11-22T14:32:00',
  '1969-12-31T23:59:59Z',
  '1',
  '',
])('%j is no instant', (text) => {
  expect(parseInstant(text)).toBeUndefined()
})
