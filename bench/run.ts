import { fork } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { availableParallelism, cpus, totalmem } from 'node:os'
import type { BenchResult, BenchRow } from './result.ts'

/**
 * `npm run bench [-- <name>…]`: runs the named benchmarks, or all of them, one after another and each in a process
 * of its own, so that memory figures are its own. Exits 1 when a figure misses its bound or a benchmark fails.
 */
const known = await benchNames()
const named = process.argv.slice(2)
const unknown = named.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${known.join(', ') || 'none'}`)
  process.exit(1)
}

console.log(machine())
for (const name of named.length > 0 ? named : known) {
  const result = await runInChild(name)
  console.log(`\n${result.name}\n${table(result.rows)}`)
  if (result.rows.some((row) => !row.ok)) process.exitCode = 1
}

async function benchNames(): Promise<readonly string[]> {
  const files = await readdir(import.meta.dirname)
  return files
    .filter((file) => file.endsWith('.ts') && !['run.ts', 'run-one.ts', 'result.ts'].includes(file))
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted()
}

function runInChild(name: string): Promise<BenchResult> {
  const child = fork(new URL('run-one.ts', import.meta.url), [name])
  let result: BenchResult | undefined
  child.on('message', (message) => {
    result = message as BenchResult
  })
  return new Promise((resolve) => {
    child.on('close', (exitCode, signal) => {
      resolve(
        exitCode === 0 && result !== undefined ? result : failure(name, signal ?? `exit code ${exitCode}`),
      )
    })
  })
}

function failure(name: string, how: string): BenchResult {
  return { name, rows: [{ what: 'completes', value: how, wanted: 'a result', ok: false }] }
}

function machine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown CPU'}, ${gigabytes} GB, Node ${process.versions.node}`
}

function table(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [row.ok ? 'ok' : 'MISSED', row.what, row.value, row.wanted])
  const lines = [['', 'WHAT', 'MEASURED', 'WANTED'], ...cells]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
