import { expect, test } from 'vitest'
import { createServiceColumns } from '../../../src/adapters/fleet/service-columns.ts'

test('files are numbered anew when there are more than a column can count, and nothing in use is lost', () => {
  const columns = createServiceColumns(3)
  columns.set(0, { blob: 'kept', release: '1' }, { ordinal: 1, time: 10 })
  for (let number = 1; number < 65_535; number += 1) {
    expect(columns.set(1, { blob: `old-${number}`, release: '2' }, { ordinal: 2, time: 20 })).toBe('set')
  }
  const before = columns.snapshot(3)
  expect(before.files).toHaveLength(65_536)

  expect(columns.set(2, { blob: 'new', release: '3' }, { ordinal: 3, time: 30 })).toBe('renumbered')
  const after = columns.snapshot(3)
  expect(after.files.map(({ blob }) => blob)).toEqual(['', 'kept', 'old-65534', 'new'])
  expect(after.file).toEqual(Uint16Array.of(1, 2, 3))
  expect(after.commit).toEqual(Uint32Array.of(1, 2, 3))
  expect(columns.find('kept')).toEqual({ blob: 'kept', release: '1' })
  expect(columns.find('old-1')).toBeUndefined()
  expect(before.files).toHaveLength(65_536)
  expect(before.file).toEqual(Uint16Array.of(1, 65_535, 0))
})
