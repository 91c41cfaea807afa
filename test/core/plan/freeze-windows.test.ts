import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Freeze } from '../../../src/core/domain/directive.ts'
import { formatInstant, parseInstant } from '../../../src/core/domain/time.ts'
import { shuttingAt, windowAt } from '../../../src/core/plan/freeze-windows.ts'

const hour = 3600

function freeze(cron: string, timeZone: string, duration: number, parts: Partial<Freeze> = {}): Freeze {
  return {
    kind: 'Freeze',
    name: 'f',
    mode: 'deny',
    scope: { service: undefined, group: undefined },
    from: undefined,
    until: undefined,
    schedule: { cron, timeZone, duration },
    reason: 'the weekend',
    file: 'directives/f.yaml',
    ...parts,
  }
}

function at(text: string): number {
  const instant = parseInstant(text)
  if (instant === undefined) throw new Error(text)
  return instant
}

/** `open <since> <until>`, in UTC. */
function told(order: Freeze, moment: string): string {
  // A copy, as the answer to an earlier question is kept with the order.
  const { isOpen, since, until } = windowAt({ ...order }, at(moment))
  const text = (instant: number | undefined): string => (instant === undefined ? '-' : formatInstant(instant))
  return `${isOpen ? 'open' : 'shut'} ${text(since)} ${text(until)}`
}

describe('windows of a schedule', () => {
  const weekend = freeze('0 18 * * FRI', 'Europe/Berlin', 62 * hour)

  test('begin by the clocks of their zone and last as long as they say', () => {
    expect(told(weekend, '2026-11-27T16:59:59Z')).toBe('shut 2026-11-23T07:00:00Z 2026-11-27T17:00:00Z')
    expect(told(weekend, '2026-11-27T17:00:00Z')).toBe('open 2026-11-27T17:00:00Z 2026-11-30T07:00:00Z')
    expect(told(weekend, '2026-11-30T06:59:59Z')).toBe('open 2026-11-27T17:00:00Z 2026-11-30T07:00:00Z')
    expect(told(weekend, '2026-11-30T07:00:00Z')).toBe('shut 2026-11-30T07:00:00Z 2026-12-04T17:00:00Z')
  })

  test('last no longer where clocks change meanwhile, in either direction', () => {
    // Berlin goes to summer time on 29 March and back on 25 October 2026.
    expect(told(weekend, '2026-03-28T00:00:00Z')).toBe('open 2026-03-27T17:00:00Z 2026-03-30T07:00:00Z')
    expect(told(weekend, '2026-10-24T00:00:00Z')).toBe('open 2026-10-23T16:00:00Z 2026-10-26T06:00:00Z')
  })

  test.each([
    // The hour that clocks leave out: 02:30 does not exist, and counts when they have gone on.
    ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00:00Z', '2026-03-29T01:00:00Z'],
    ['America/New_York', '30 2 * * *', '2026-03-08T00:00:00Z', '2026-03-08T07:00:00Z'],
    // Clocks that move by half an hour, south of the equator.
    ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T12:00:00Z', '2026-10-03T15:30:00Z'],
    // Midnight itself is left out.
    ['America/Santiago', '0 0 * * *', '2026-09-05T12:00:00Z', '2026-09-06T04:00:00Z'],
    // The hour that clocks show twice counts once, the first time.
    ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00:00Z', '2026-10-25T00:30:00Z'],
    ['America/New_York', '30 1 * * *', '2026-10-31T12:00:00Z', '2026-11-01T05:30:00Z'],
    ['Asia/Kolkata', '0 9 * * *', '2026-11-22T12:00:00Z', '2026-11-23T03:30:00Z'],
  ])('in %s, %s after %s begins at %s', (zone, cron, after, start) => {
    const order = freeze(cron, zone, 600)
    expect(formatInstant(windowAt(order, at(after)).until ?? 0)).toBe(start)
    expect(windowAt({ ...order }, at(start)).isOpen).toBe(true)
    expect(windowAt({ ...order }, at(start) + 600).isOpen).toBe(false)
    // Once, also where clocks show that time twice.
    expect(windowAt({ ...order }, at(start) + hour + 60).isOpen).toBe(false)
  })

  test('that touch or overlap are one', () => {
    const days = freeze('0 0 * * MON,TUE,WED', 'UTC', 24 * hour)
    expect(told(days, '2026-11-23T12:00:00Z')).toBe('open 2026-11-23T00:00:00Z 2026-11-26T00:00:00Z')
  })

  test('lie between from and until', () => {
    const parts = { from: at('2026-11-28T00:00:00Z'), until: at('2026-12-05T00:00:00Z') }
    const bounded = freeze('0 18 * * FRI', 'Europe/Berlin', 62 * hour, parts)
    expect(told(bounded, '2026-11-27T18:00:00Z')).toBe('shut - 2026-11-28T00:00:00Z')
    expect(told(bounded, '2026-11-28T00:00:00Z')).toBe('open 2026-11-28T00:00:00Z 2026-11-30T07:00:00Z')
    expect(told(bounded, '2026-12-04T18:00:00Z')).toBe('open 2026-12-04T17:00:00Z 2026-12-05T00:00:00Z')
    expect(told(bounded, '2026-12-05T00:00:00Z')).toBe('shut 2026-12-05T00:00:00Z -')
  })

  test('of a schedule that can not be read freeze, in either mode', () => {
    for (const mode of ['deny', 'allow'] as const) {
      const order = freeze('0 18 * * FRY', 'Europe/Berlin', hour, { mode })
      expect(shuttingAt([order], at('2026-11-22T12:00:00Z'))).toHaveLength(1)
    }
  })

  test('are told the same whenever one asks, and change only when they said so', () => {
    const crons = fc.constantFrom(
      '0 18 * * FRI',
      '30 2 * * *',
      '*/40 * * * *',
      '0 0 1 * *',
      '15 1,2,3 * * SUN',
    )
    const zones = fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'UTC')
    const moments = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') })
    const durations = fc.integer({ min: 60, max: 70 * hour })
    fc.assert(
      fc.property(crons, zones, moments, durations, (cron, zone, moment, duration) => {
        const order = freeze(cron, zone, duration)
        const { isOpen, until } = windowAt(order, moment)
        if (until === undefined) return
        expect(until).toBeGreaterThan(moment)
        for (const between of [Math.floor((moment + until) / 2), until - 1])
          expect(windowAt({ ...order }, between).isOpen).toBe(isOpen)
      }),
      { numRuns: 200 },
    )
  })
})

describe('allow', () => {
  const mornings = freeze('0 9 * * MON-THU', 'Europe/Berlin', 3 * hour, { mode: 'allow', name: 'mornings' })
  const evenings = freeze('0 19 * * *', 'Europe/Berlin', hour, { mode: 'allow', name: 'evenings' })
  const names = (orders: readonly Freeze[], moment: string): readonly string[] =>
    shuttingAt(
      orders.map((order) => ({ ...order })),
      at(moment),
    ).map(({ freeze: { name }, opensAt }) => `${name} ${formatInstant(opensAt ?? 0)}`)

  test('outside of it everything is frozen, until its next window', () => {
    expect(names([mornings], '2026-11-23T08:30:00Z')).toEqual([])
    expect(names([mornings], '2026-11-23T11:00:00Z')).toEqual(['mornings 2026-11-24T08:00:00Z'])
  })

  test('of several, any may open, and the first to open is told', () => {
    expect(names([mornings, evenings], '2026-11-23T18:10:00Z')).toEqual([])
    expect(names([mornings, evenings], '2026-11-23T12:00:00Z')).toEqual(['evenings 2026-11-23T18:00:00Z'])
  })

  test('deny wins', () => {
    const sale = freeze('0 0 * * *', 'UTC', 1, {
      schedule: undefined,
      name: 'sale',
      until: at('2026-11-23T09:00:00Z'),
    })
    expect(names([mornings, sale], '2026-11-23T08:30:00Z')).toEqual(['sale 2026-11-23T09:00:00Z'])
  })
})
