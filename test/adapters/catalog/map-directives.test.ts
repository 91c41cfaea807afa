import { describe, expect, it } from 'vitest'
import { applyFiles } from '../../../src/adapters/catalog/sections.ts'

/** An order's document as what it becomes, and what is found in it. */
function read(kind: string, spec: string) {
  const text = `apiVersion: halyard.dev/v1\nkind: ${kind}\nmetadata: {name: order}\nspec: {${spec}}\n`
  const sections = applyFiles(new Map(), [{ path: 'directives/order.yaml', text }], [])
  const file = sections.get('directives')?.get('directives/order.yaml')
  const findings = file?.findings.map(
    ({ field, message, remedy }) => `${field.join('.')}: ${message}; ${remedy}`,
  )
  return { value: file?.entry?.value, findings }
}

describe('Freeze', () => {
  it('reads times with any offset as the same moments', () => {
    const { value } = read(
      'Freeze',
      'from: 2026-11-27T01:00:00+01:00, until: "2026-11-27T00:00:05Z", reason: r',
    )
    expect(value).toEqual({
      kind: 'Freeze',
      name: 'order',
      scope: { service: undefined, group: undefined },
      mode: 'deny',
      schedule: undefined,
      from: Date.UTC(2026, 10, 27) / 1000,
      until: Date.UTC(2026, 10, 27) / 1000 + 5,
      reason: 'r',
      file: 'directives/order.yaml',
    })
  })

  it('may be without times', () => {
    expect(read('Freeze', 'reason: r').value).toMatchObject({ from: undefined, until: undefined })
  })

  it('refuses a day that no calendar has', () => {
    expect(read('Freeze', 'from: 2026-02-30T00:00:00Z, reason: r').findings).toEqual([
      'spec.from: "2026-02-30T00:00:00Z" is not accepted here; write a time such as 2026-11-27T00:00:00Z or 2026-11-27T01:00:00+01:00',
    ])
  })
})
