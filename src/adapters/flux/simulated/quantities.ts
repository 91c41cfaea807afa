import type { Seconds } from '../../../core/domain/time.ts'

const suffixes: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** A Kubernetes quantity (`512Mi`, `250m`, `2`) as a number; undefined: not one. */
export function parseQuantity(quantity: string): number | undefined {
  const match = /^(\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+)|([A-Za-z]*))$/.exec(quantity)
  const factor = suffixes[match?.[3] ?? '']
  if (match === null || factor === undefined) return undefined
  return Number(match[1]) * 10 ** Number(match[2] ?? 0) * factor
}

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3 }

/** A Go duration (`1h30m`, `20s`) in seconds; undefined: not one. */
export function parseGoDuration(duration: string): Seconds | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(duration)) return undefined
  const parts = duration.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0)
}

/** Seconds as Go prints them: `5m0s`. */
export function formatGoDuration(seconds: Seconds): string {
  const hours = Math.floor(seconds / 3600)
  const minutes = Math.floor((seconds % 3600) / 60)
  const rest = `${seconds % 60}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}
