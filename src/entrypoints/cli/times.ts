import { formatDuration, type Instant, parseInstant } from '../../core/domain/time.ts'

/** `14:32` today, else `2026-11-30 00:00`. */
export function formatMoment(moment: string, now: Instant): string {
  const at = parseInstant(moment)
  if (at === undefined) return moment
  const isToday = Math.floor(at / 86_400) === Math.floor(now / 86_400)
  return isToday ? moment.slice(11, 16) : `${moment.slice(0, 10)} ${moment.slice(11, 16)}`
}

/** `14:32 (11m)` for what is to come. */
export function formatUntil(moment: string, now: Instant): string {
  const at = parseInstant(moment)
  if (at === undefined || at <= now) return formatMoment(moment, now)
  return `${formatMoment(moment, now)} (${formatDuration(at - now)})`
}

/** `11m ago` */
export function formatAge(moment: string, now: Instant): string {
  const at = parseInstant(moment)
  return at === undefined ? moment : `${formatDuration(now - at)} ago`
}

/** A page on which times count from the moment that an answer speaks of. */
export function asOf<Page extends { readonly now: Instant }>(page: Page, at: string): Page {
  return { ...page, now: parseInstant(at) ?? page.now }
}
