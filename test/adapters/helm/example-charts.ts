import { homedir, tmpdir } from 'node:os'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HelmError } from '../../../src/adapters/helm/helm-error.ts'
import { locateHelm } from '../../../src/adapters/helm/locate-helm.ts'
import { packChart } from '../../../examples/pack-chart.ts'

export const exampleCharts = fileURLToPath(new URL('../../../examples/charts', import.meta.url))

/** Helm for tests, fetched once into the user's cache; undefined, and said so, where that fails. */
export async function helmForTests(): Promise<string | undefined> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'halyard', 'helm')
  try {
    return await locateHelm({ given: process.env['HALYARD_HELM'], path: process.env['PATH'], cache })
  } catch (error) {
    if (!(error instanceof HelmError)) throw error
    process.stderr.write(`tests with helm are skipped: ${error.message}\n`)
    return undefined
  }
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'helm-test-'))
}

/** Writes `<name>-<version>.tgz` of an example chart into a folder. */
export async function packInto(folder: string, name: string) {
  const packed = await packChart(join(exampleCharts, name))
  await writeFile(join(folder, `${packed.name}-${packed.version}.tgz`), packed.archive)
  return packed
}
