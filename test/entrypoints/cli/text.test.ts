import { describe, expect, it } from 'vitest'
import { cleanText, cleanValue } from '../../../src/entrypoints/cli/clean.ts'
import { createStyle } from '../../../src/entrypoints/cli/style.ts'
import { formatTable } from '../../../src/entrypoints/cli/text-table.ts'
import { formatMoment, formatUntil } from '../../../src/entrypoints/cli/times.ts'
import { formatDuration } from '../../../src/core/domain/time.ts'

describe('cleaning', () => {
  it.each([
    ['a colour', 'a\u001b[31mred\u001b[0m', 'ared'],
    ['a screen clear', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['a window title', '\u001b]0;title\u0007a', 'a'],
    ['a hyperlink', '\u001b]8;;https://example.com\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['a C1 control sequence', 'a\u009b31mb', 'ab'],
    ['a carriage return', 'healthy\rfailed', 'healthyfailed'],
    ['a reversal of direction', 'a\u202eb', 'ab'],
    ['an unfinished sequence', 'a\u001b[', 'a'],
    ['nothing of plain text', 'tab\tand\nnewline — ünï', 'tab\tand\nnewline — ünï'],
  ])('takes out %s', (_what, text, clean) => {
    expect(cleanText(text)).toBe(clean)
  })

  it('reaches every string of a value', () => {
    expect(cleanValue({ 'k\u0007': ['\u001b[1mx', 1, null, true] })).toEqual({ k: ['x', 1, null, true] })
  })
})

describe('tables', () => {
  const style = createStyle(false)
  const columns = [{ title: 'NAME' }, { title: 'COUNT', align: 'right' as const }, { title: 'WHY' }]

  it('aligns columns two spaces apart, without trailing spaces', () => {
    const rows = [
      ['payments', '3', 'soak'],
      ['a', '12', ''],
    ]
    expect(formatTable(columns, rows, { width: 100, style })).toBe(
      'NAME      COUNT  WHY\npayments      3  soak\na            12\n',
    )
  })

  it('cuts the last column at the width, and never otherwise', () => {
    const rows = [['payments', '3', 'a reason that is long']]
    expect(formatTable(columns, rows, { width: 30, style })).toContain('payments      3  a reason tha…\n')
    expect(formatTable(columns, rows, { width: undefined, style })).toContain('a reason that is long')
  })

  it('counts letters, not colours and not bytes', () => {
    const painted = formatTable([{ title: 'A' }, { title: 'B' }], [[{ text: 'é', as: 'good' }, 'x']], {
      width: 100,
      style: createStyle(true),
    })
    expect(painted).toContain('\u001b[32mé\u001b[39m  x')
  })

  it('keeps a row on its line, whatever is in a cell', () => {
    expect(formatTable([{ title: 'A' }], [['one\ntwo']], { width: 100, style })).toBe('A\none two\n')
  })
})

describe('times', () => {
  it.each([
    [0, '0s'],
    [59, '59s'],
    [61, '1m1s'],
    [660, '11m'],
    [7200, '2h'],
    [9000, '2h30m'],
    [273_600, '3d4h'],
    [2_000_000, '23d'],
  ])('prints %i seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  const now = Date.UTC(2026, 10, 22, 14, 21) / 1000

  it('leaves out the date of today', () => {
    expect(formatMoment('2026-11-22T14:32:00Z', now)).toBe('14:32')
    expect(formatMoment('2026-11-30T00:00:00Z', now)).toBe('2026-11-30 00:00')
  })

  it('tells how long it is until then, while it is to come', () => {
    expect(formatUntil('2026-11-22T14:32:00Z', now)).toBe('14:32 (11m)')
    expect(formatUntil('2026-11-22T14:20:00Z', now)).toBe('14:20')
  })
})
