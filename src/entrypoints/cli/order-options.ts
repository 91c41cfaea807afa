import { type Command, InvalidArgumentError } from 'commander'

/** What every order takes besides its own input. */
export interface OrderOptions {
  readonly yes?: boolean
  readonly dryRun?: boolean
  readonly push?: boolean
  readonly wait?: boolean
  /** Seconds. */
  readonly timeout: number
}

const usualTimeout = 120

/** Options of every order. The controller acknowledges holds alone, so that only they can be waited for. */
export function addOrderOptions(command: Command, { canWait }: { readonly canWait: boolean }): Command {
  command
    .option('-y, --yes', 'do not ask')
    .option('--dry-run', 'print what would be written, and write nothing')
    .option('--push', 'push the commit too, where the catalog is a work tree')
  if (!canWait) return command
  return command
    .option('--wait', 'until the controller has acknowledged it')
    .option('--timeout <duration>', 'with --wait: at most so long, as 30s or 5m (default: 2m)', parseLength)
}

export function orderOptions(options: Partial<OrderOptions>): OrderOptions {
  return { ...options, timeout: options.timeout ?? usualTimeout }
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }

/** `4h`, `1h30m` or `3d` in seconds, at least one. Throws an error of usage for anything else. */
export function parseLength(text: string): number {
  const isLength = /^(?:\d{1,5}[dhms])+$/.test(text)
  const parts = isLength ? text.matchAll(/(\d+)([dhms])/g) : []
  const seconds = [...parts].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (unitSeconds[unit ?? ''] ?? 0),
    0,
  )
  if (seconds > 0) return seconds
  throw new InvalidArgumentError('It must be a duration such as 30s, 5m or 1h30m.')
}
