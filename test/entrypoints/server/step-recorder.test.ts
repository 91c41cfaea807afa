import { expect, test } from 'vitest'
import { createStepRecorder, stepBounds } from '../../../src/entrypoints/server/step-recorder.ts'

test('steps are counted by outcome and into every bucket that holds them', () => {
  const recorder = createStepRecorder()
  recorder.record('idle', 0.005)
  recorder.record('idle', 0.1)
  recorder.record('acted', 90)
  const { outcomes, buckets, sum, count } = recorder.read()
  expect([...outcomes]).toEqual([
    ['idle', 2],
    ['acted', 1],
  ])
  expect(buckets).toEqual(stepBounds.map((bound) => (bound < 0.1 ? 1 : 2)))
  expect({ sum, count }).toEqual({ sum: 90.105, count: 3 })
})
