import type { BenchResult } from './result.ts'

/** The child of `run.ts`: runs the benchmark named on the command line and sends its result to the parent. */
const [name] = process.argv.slice(2)
const bench = (await import(`./${name}.ts`)) as { run: () => Promise<BenchResult> }
// A handle that a benchmark left open must not keep this process alive.
process.send?.(await bench.run(), () => process.exit())
