import { describe, expect, it } from 'vitest'
import { formatField, formatFindings } from '../../../src/core/check/format-findings.ts'
import type { Finding } from '../../../src/core/domain/finding.ts'

const region: Finding = {
  severity: 'error',
  scope: { kind: 'service', name: 'payments' },
  file: 'services/payments/versions/1.4.2.yaml',
  field: ['spec', 'values', 'region'],
  message: 'cluster edge-fr-3 has no label "region"',
  remedy: 'add the label in clusters/edge-fr-3.yaml',
  position: { line: 9, column: 13, length: 24, text: '    region: ${cluster.labels.region}' },
}
const unlocated: Finding = {
  severity: 'warning',
  scope: { kind: 'catalog' },
  file: 'halyard.yaml',
  field: [],
  message: 'the catalog has no settings',
  remedy: 'add halyard.yaml',
}

describe('formatFindings', () => {
  it('shows place, message, the marked source line and the remedy, sorted by file, with a count', () => {
    expect(formatFindings([region, unlocated], { color: false })).toBe(`halyard.yaml
  warning: the catalog has no settings
  add halyard.yaml

services/payments/versions/1.4.2.yaml:9:13  spec.values.region
  cluster edge-fr-3 has no label "region"
    9 |     region: \${cluster.labels.region}
      |             ^^^^^^^^^^^^^^^^^^^^^^^^
  add the label in clusters/edge-fr-3.yaml

1 error, 1 warning
`)
  })

  it('sorts by line as a number and is the same for any order of findings', () => {
    const at = (line: number): Finding => ({ ...region, position: { line, column: 1, length: 1, text: 'x' } })
    const text = formatFindings([at(10), at(9), at(100)], { color: false })
    expect(text.match(/yaml:\d+/g)).toEqual(['yaml:9', 'yaml:10', 'yaml:100'])
    expect(formatFindings([at(100), at(10), at(9)], { color: false })).toBe(text)
    expect(text).toContain('3 errors\n')
  })

  it('cuts long lines around the mark', () => {
    const text = `${'a'.repeat(300)}FAULT${'b'.repeat(300)}`
    const shown = formatFindings([{ ...region, position: { line: 1, column: 301, length: 5, text } }], {
      color: false,
    })
    const [source = '', carets = ''] = shown.split('\n').slice(2, 4)
    expect(source.length).toBeLessThan(115)
    expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('FAULT')
  })

  it('marks right behind tabs', () => {
    const shown = formatFindings([{ ...region, position: { line: 1, column: 3, length: 1, text: 'a\tX' } }], {
      color: false,
    })
    expect(shown).toContain('    1 | a X\n      |   ^\n')
  })

  it('lets no text from a file steer the terminal', () => {
    const nasty = '\u001b[2Jx\u202ey\r'
    const shown = formatFindings(
      [{ ...region, message: nasty, remedy: nasty, file: nasty, field: [nasty] }],
      { color: false },
    )
    expect(shown).not.toMatch(/[\u001b\u202e\r]/)
  })

  it('is empty without findings', () => {
    expect(formatFindings([], { color: false })).toBe('')
  })

  it('paints when asked', () => {
    expect(formatFindings([region], { color: true })).toContain('\u001b[31m^^^^')
  })
})

it('writes fields as people write them', () => {
  expect(formatField(['spec', 'values', 'my-key', 0, 'a.b'])).toBe('spec.values.my-key[0]["a.b"]')
})
