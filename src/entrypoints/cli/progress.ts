import type { Output } from './deps.ts'

/** Says on a terminal that work goes on when it takes longer than a second; the line goes away with the answer. */
export async function withProgress<Value>(
  stderr: Output,
  message: string,
  work: () => Promise<Value>,
): Promise<Value> {
  if (!stderr.isTTY) return work()
  let shown = false
  const timer = setTimeout(() => {
    shown = true
    stderr.write(`${message} …`)
  }, 1000)
  try {
    return await work()
  } finally {
    clearTimeout(timer)
    if (shown) stderr.write('\r\u001b[2K')
  }
}
