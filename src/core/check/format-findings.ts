import type { FieldPath, Finding, SourcePosition } from '../domain/finding.ts'

/** The widest source line that is shown whole; longer ones are cut around the mark. */
const lineWidth = 100

/**
 * Findings as people read them: place, message, source line with the fault marked, remedy; sorted, with a count.
 *
 * @returns text that ends with a newline; empty without findings
 */
export function formatFindings(findings: readonly Finding[], options: { readonly color: boolean }): string {
  if (findings.length === 0) return ''
  const paint = options.color ? painters : plain
  const blocks = findings.toSorted(compareFindings).map((finding) => formatFinding(finding, paint))
  return `${blocks.join('\n')}\n${countFindings(findings)}\n`
}

/** `2 errors, 1 warning` */
function countFindings(findings: readonly Finding[]): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const warnings = findings.length - errors
  const parts = [count(errors, 'error'), count(warnings, 'warning')].filter((part) => !part.startsWith('0'))
  return parts.join(', ')
}

/** By file, line, column, field, message: the same order on every machine. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
    (a.position?.column ?? 0) - (b.position?.column ?? 0) ||
    compareText(formatField(a.field), formatField(b.field)) ||
    compareText(a.message, b.message)
  )
}

/** `spec.values["a.b"][0]` */
export function formatField(field: FieldPath): string {
  return field
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[A-Za-z_][-\w]*$/.test(step)) return `[${JSON.stringify(step)}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}

interface Painter {
  readonly place: (text: string) => string
  readonly error: (text: string) => string
  readonly warning: (text: string) => string
  readonly source: (text: string) => string
}

const plain: Painter = { place: same, error: same, warning: same, source: same }

/** ANSI: bold, red, yellow, dim (ECMA-48, SGR). */
const painters: Painter = { place: sgr(1), error: sgr(31), warning: sgr(33), source: sgr(2) }

function same(text: string): string {
  return text
}

function sgr(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`
}

function formatFinding(
  { severity, file, field, message, remedy, position }: Finding,
  paint: Painter,
): string {
  const place = position === undefined ? file : `${file}:${position.line}:${position.column}`
  const said = severity === 'warning' ? `warning: ${message}` : message
  const lines = [
    field.length === 0
      ? paint.place(clean(place))
      : `${paint.place(clean(place))}  ${clean(formatField(field))}`,
    `  ${paint[severity](clean(said))}`,
    ...(position === undefined ? [] : markSource(position, paint)),
    `  ${clean(remedy)}`,
  ]
  return `${lines.join('\n')}\n`
}

/** The source line with carets below the fault. */
function markSource({ line, column, length, text }: SourcePosition, paint: Painter): readonly string[] {
  const shown = clean(text)
  const start = column - 1
  const cut = shown.length > lineWidth ? Math.max(0, Math.min(start - 20, shown.length - lineWidth)) : 0
  const visible = shown.slice(cut, cut + lineWidth)
  const head = cut > 0 ? '…' : ''
  const carets = '^'.repeat(Math.max(1, Math.min(length, visible.length - (start - cut))))
  const gutter = `    ${line} | `
  return [
    `${paint.source(gutter)}${head}${visible}${cut + lineWidth < shown.length ? '…' : ''}`,
    `${paint.source(`${' '.repeat(gutter.length - 2)}| `)}${' '.repeat(start - cut + head.length)}${paint.error(carets)}`,
  ]
}

/** Text from files is shown, never obeyed: control characters can not move a terminal's cursor. */
function clean(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '\ufffd')
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
