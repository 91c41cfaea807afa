import { expect, test } from 'vitest'
import { createAcceleratedClock } from '../../src/simulate/accelerated-clock.ts'

test('starts where it is told and runs faster than real time', async () => {
  const clock = createAcceleratedClock({ start: 1_000_000, speed: 600 })
  const before = performance.now()
  expect(clock.now()).toBeLessThan(1_000_060)
  await clock.sleep(30)
  const real = performance.now() - before
  expect(real).toBeLessThan(5_000)
  expect(clock.now()).toBeGreaterThanOrEqual(1_000_029)
})

test('an abort ends a sleep without an error', async () => {
  const clock = createAcceleratedClock({ start: 0, speed: 1 })
  const abort = new AbortController()
  const sleeper = clock.sleep(3600, abort.signal)
  abort.abort()
  await sleeper
  await clock.sleep(3600, abort.signal)
  expect(clock.now()).toBeLessThan(60)
})
