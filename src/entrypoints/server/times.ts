import { formatDuration, formatInstant, type Instant, parseInstant } from '../../core/domain/time.ts'
import { type Html, html } from './html.ts'

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
