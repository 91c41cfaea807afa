import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRepositories } from '../src/compose/repositories.ts'
import { verify } from '../src/operations/verify.ts'
import { runPart } from './controller/parts.ts'
import type { BenchResult } from './result.ts'

/** Every file of a fleet rendered again and compared, as `halctl verify` does. */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-verify-'))
  const [catalog, fleet] = [join(folder, 'catalog.git'), join(folder, 'fleet.git')]
  try {
    await runPart('write-world', [catalog, fleet, join(folder, 'clone.git')])
    const repositories = await openRepositories({
      catalog,
      fleet,
      cwd: folder,
      env: {},
      forOrders: false,
    })
    const start = performance.now()
    const answer = await verify.handler(await repositories.workspace(0), {})
    const seconds = (performance.now() - start) / 1000
    await repositories.close()
    const megabytes = process.resourceUsage().maxRSS / 1024
    const isWhole = answer.equal === answer.files && answer.findings.length === 0
    return {
      name: 'verify of 200 services × 1,000 clusters',
      rows: [
        { what: 'files equal', value: `${answer.equal} of ${answer.files}`, wanted: 'all', ok: isWhole },
        { what: 'time', value: `${seconds.toFixed(1)} s`, wanted: '< 60 s', ok: seconds < 60 },
        { what: 'memory', value: `${Math.round(megabytes)} MB`, wanted: '< 1000 MB', ok: megabytes < 1000 },
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
