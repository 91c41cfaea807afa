import { expect, test } from 'vitest'
import { createVirtualClock } from '../../src/simulate/clock.ts'

test('wakes sleepers in order, each at its own time', async () => {
  const clock = createVirtualClock(100)
  const woken: string[] = []
  const sleep = async (name: string, seconds: number) => {
    await clock.sleep(seconds)
    woken.push(`${name} at ${clock.now()}`)
  }
  const sleepers = [sleep('late', 30), sleep('early', 10), sleep('early too', 10)]
  await clock.advance(60)
  await Promise.all(sleepers)
  expect(woken).toEqual(['early at 110', 'early too at 110', 'late at 130'])
  expect(clock.now()).toBe(160)
})

test('wakes a sleeper again that fell asleep within the same advance', async () => {
  const clock = createVirtualClock(0)
  const ticks: number[] = []
  const ticker = async () => {
    for (let tick = 0; tick < 3; tick++) {
      await clock.sleep(10)
      ticks.push(clock.now())
    }
  }
  const done = ticker()
  await clock.advanceTo(30)
  await done
  expect(ticks).toEqual([10, 20, 30])
})

test('leaves those asleep whose time has not come', async () => {
  const clock = createVirtualClock(0)
  let awake = false
  const sleeper = clock.sleep(10).then(() => (awake = true))
  await clock.advance(9)
  expect([awake, clock.nextWake()]).toEqual([false, 10])
  await clock.advance(1)
  await sleeper
  expect([awake, clock.nextWake()]).toEqual([true, undefined])
})

test('an abort ends a sleep without an error', async () => {
  const clock = createVirtualClock(0)
  const abort = new AbortController()
  const sleeper = clock.sleep(10, abort.signal)
  abort.abort()
  await sleeper
  await clock.sleep(10, abort.signal)
  expect([clock.now(), clock.nextWake()]).toEqual([0, undefined])
})

test('never goes back', async () => {
  const clock = createVirtualClock(100)
  await expect(clock.advanceTo(99)).rejects.toThrow(RangeError)
})
