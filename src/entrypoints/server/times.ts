import { formatInstant, type Instant, parseInstant, type Seconds } from '../../core/domain/time.ts'
import { type Html, html } from './html.ts'

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** `11m`, `3d2h`: the two largest units, the smaller one only while it says something. */
export function formatDuration(seconds: Seconds): string {
  const rest = Math.max(0, Math.round(seconds))
  const at = units.findIndex(([, length]) => rest >= length)
  const [unit, length] = units[at] ?? ['s', 1]
  const [smaller, smallerLength] = units[at + 1] ?? ['', 1]
  const whole = Math.floor(rest / length)
  const remainder = Math.floor((rest % length) / smallerLength)
  return whole < 10 && at >= 0 && remainder > 0 ? `${whole}${unit}${remainder}${smaller}` : `${whole}${unit}`
}

/** `14:32:05` today, else `11-30 00:00`; the whole moment on hover and for machines. */
export function momentOf(at: Instant | string | null | undefined, now: Instant): Html | string {
  const instant = typeof at === 'string' ? parseInstant(at) : at
  if (!instant) return '-'
  const moment = formatInstant(instant)
  const isToday = Math.floor(instant / 86_400) === Math.floor(now / 86_400)
  const shown = isToday ? moment.slice(11, 19) : `${moment.slice(5, 10)} ${moment.slice(11, 16)}`
  return html`<time datetime="${moment}" title="${moment}">${shown}</time>`
}

/** `14:32:05 (11m ago)`, `14:32:05 (in 11m)` */
export function momentAndAge(at: Instant | string | null | undefined, now: Instant): Html | string {
  const instant = typeof at === 'string' ? parseInstant(at) : at
  if (!instant) return '-'
  const distance = formatDuration(Math.abs(instant - now))
  return html`${momentOf(instant, now)}
    <small>${instant > now ? `in ${distance}` : `${distance} ago`}</small>`
}

/** `2026-11-22 14:32:05 UTC` */
export function wholeMoment(at: Instant): Html {
  const moment = formatInstant(at)
  return html`<time datetime="${moment}">${moment.slice(0, 10)} ${moment.slice(11, 19)} UTC</time>`
}
