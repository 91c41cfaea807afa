/** A length of time in whole seconds. */
export type Seconds = number

/** A point in time in whole seconds since 1970-01-01 UTC. Fits a Uint32 column until 2106. */
export type Instant = number

const day = 86_400

/** RFC 3339 in UTC: `2026-11-22T14:32:00Z`. Years 1970 to 9999. */
export function formatInstant(instant: Instant): string {
  const [year, month, date] = civilOf(Math.floor(instant / day))
  const second = instant % day
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(':')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}T${clock}Z`
}

const rfc3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/

/** Reads RFC 3339 with any offset; fractions of a second are dropped. Undefined: no such point in time since 1970. */
export function parseInstant(text: string): Instant | undefined {
  const match = rfc3339.exec(text)
  if (match === null) return undefined
  const [year, month, date, hour, minute, second, offsetHour, offsetMinute] = [1, 2, 3, 4, 5, 6, 8, 9].map(
    (group) => Number(match[group] ?? 0),
  ) as [number, number, number, number, number, number, number, number]
  const days = daysOf(year, month, date)
  const [, actualMonth, actualDate] = civilOf(days)
  if (actualMonth !== month || actualDate !== date) return undefined
  const offset = (offsetHour * 60 + offsetMinute) * (match[7] === '-' ? -60 : 60)
  const instant = days * day + hour * 3600 + minute * 60 + second - offset
  return instant < 0 ? undefined : instant
}

/**
 * Days since 1970-01-01 of a date of the Gregorian calendar, with years that start in March so that the leap day
 * comes last (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
 */
function daysOf(year: number, month: number, date: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + date - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/** The inverse (civil_from_days). */
function civilOf(days: number): readonly [year: number, month: number, date: number] {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const leapDays =
    Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const date = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, date]
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}

const units = [
  ['d', day],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const

/** `11m`, `4h`, `3d2h`: the two largest units, the smaller one only while it says something. */
export function formatDuration(seconds: Seconds): string {
  const rest = Math.max(0, Math.round(seconds))
  const at = units.findIndex(([, length]) => rest >= length)
  const [unit, length] = units[at] ?? ['s', 1]
  const whole = Math.floor(rest / length)
  const [smaller, smallerLength] = units[at + 1] ?? ['', 1]
  const remainder = Math.floor((rest % length) / smallerLength)
  return whole < 10 && at >= 0 && remainder > 0 ? `${whole}${unit}${remainder}${smaller}` : `${whole}${unit}`
}
