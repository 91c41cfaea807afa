import type { Style } from '../style.ts'

/** A unified diff in the colours of git. */
export function paintDiff(diff: string, style: Style): string {
  return diff
    .split('\n')
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---') || line.startsWith('@@')) return style.quiet(line)
      if (line.startsWith('+')) return style.good(line)
      return line.startsWith('-') ? style.bad(line) : line
    })
    .join('\n')
}
