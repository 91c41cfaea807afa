import type { FieldPath } from '../../core/domain/finding.ts'
import type { ValuesViolation } from './port.ts'

const heading = /values don't meet the specifications of the schema\(s\) in the following chart\(s\):\n/

/**
 * The places in values that helm names when they break a chart's schema; undefined: it says something else.
 * Helm from 3.18 names JSON pointers (`- at '/image/tag': got number, want string`), earlier ones dotted paths.
 *
 * @param chart the chart's own name: what another chart's schema refuses is below its key
 */
export function parseViolations(stderr: string, chart: string): readonly ValuesViolation[] | undefined {
  const start = heading.exec(stderr)
  if (start === null) return undefined
  const violations: ValuesViolation[] = []
  let below: FieldPath = []
  for (const line of stderr.slice(start.index + start[0].length).split('\n')) {
    const [, name] = /^([\w.-]+):$/.exec(line) ?? []
    if (name !== undefined) below = name === chart ? [] : [name]
    const [, pointer, story] = /^\s*- at '([^']*)': (.*)$/.exec(line) ?? []
    if (pointer !== undefined && story !== undefined)
      violations.push({ path: [...below, ...stepsOf(pointer)], message: story })
    const [, dotted, told] = /^- ([^\s:]+): (.*)$/.exec(line) ?? []
    if (pointer === undefined && dotted !== undefined && told !== undefined)
      violations.push({ path: [...below, ...(dotted === '(root)' ? [] : dotted.split('.'))], message: told })
  }
  // A heading over the faults below it says nothing that they do not.
  const said = violations.filter(({ message }) => message !== 'validation failed')
  return said.length > 0 ? said : undefined
}

/** RFC 6901. Digits are an index where the value is a list; a mapping's key of digits reads the same to people. */
function stepsOf(pointer: string): FieldPath {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((step) => (/^(0|[1-9]\d{0,8})$/.test(step) ? Number(step) : step))
}
