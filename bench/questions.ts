import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CatalogSize } from './controller/catalog-files.ts'
import { runPart } from './controller/parts.ts'
import type { Published } from './controller/publish-status.ts'
import type { BenchResult, BenchRow } from './result.ts'

const size: CatalogSize = { services: 1000, versions: 10, clusters: { devel: 500, canary: 500, prod: 4000 } }
const rounds = 5
const bound = 500
const halctl = fileURLToPath(new URL('../bin/halctl.js', import.meta.url))

/** Whole processes of `halctl`, from their start to their end, that ask about a large fleet. */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-questions-'))
  const place = (name: string): string => join(folder, name)
  try {
    console.error('questions: writing the catalog, publishing the status')
    const [catalog, fleet] = [place('catalog.git'), place('fleet.git')]
    const published = await runPart<Published>('publish-status', [
      catalog,
      fleet,
      place('controller.git'),
      JSON.stringify(size),
    ])
    execFileSync('git', ['clone', '--quiet', catalog, place('catalog')])
    console.error('questions: asking')
    const asked = { catalog, fleet, cache: place('cache') }
    const questions: readonly (readonly string[])[] = [
      ['status'],
      ['status', 'service-010'],
      ['explain', 'service-010', 'prod-us-east-1-102'],
      ['explain', 'service-010'],
    ]
    const rows = questions.flatMap((question) => questionRows(question, asked))
    const tree = { ...asked, catalog: place('catalog') }
    return {
      name: 'questions about 1,000 services × 10 versions on 5,000 clusters',
      rows: [
        ...rows,
        ...questionRows(['status', 'service-010'], tree, ' in a clone of the catalog'),
        told('publishing it for the first time', published.firstMs),
        told('publishing it after 10 services moved', median(published.laterMs)),
      ],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Asked {
  readonly catalog: string
  readonly fleet: string
  /** What is kept from run to run. */
  readonly cache: string
}

function questionRows(question: readonly string[], asked: Asked, where = ''): readonly BenchRow[] {
  const what = `halctl ${question.join(' ')}${where}`
  rmSync(asked.cache, { recursive: true, force: true })
  const first = ask(process.execPath, question, asked)
  const warm = timesOf(() => ask(process.execPath, question, asked))
  const older = systemNode()
  return [
    told(`${what}: nothing cached`, first),
    bounded(`${what}: warm`, median(warm)),
    ...(older === undefined
      ? []
      : [
          bounded(
            `${what}: warm, started by Node ${older.version}`,
            median(timesOf(() => ask(older.path, question, asked))),
          ),
        ]),
  ]
}

/** The Node of the system where that is an older one, which starts the bundled one. */
function systemNode(): { readonly path: string; readonly version: string } | undefined {
  const path = '/usr/bin/node'
  try {
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1)
    return Number(version.split('.')[0]) < 24 ? { path, version } : undefined
  } catch {
    return undefined
  }
}

/** Milliseconds of one process. Throws when it does not end well, or reads more than was published. */
function ask(node: string, question: readonly string[], { catalog, fleet, cache }: Asked): number {
  const args = [halctl, ...question, '--catalog', catalog, '--fleet', fleet]
  const env = {
    PATH: process.env['PATH'],
    HOME: cache,
    XDG_CACHE_HOME: cache,
    GIT_CONFIG_GLOBAL: '/dev/null',
  }
  const start = performance.now()
  const output = execFileSync(node, args, { env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  const took = performance.now() - start
  if (!output.includes('service-010')) throw new Error(`halctl ${question.join(' ')} said: ${output}`)
  return took
}

function timesOf(act: () => number): readonly number[] {
  return Array.from({ length: rounds }, act)
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity
}

function bounded(what: string, value: number): BenchRow {
  return { what, value: `${Math.round(value)} ms`, wanted: `< ${bound} ms`, ok: value < bound }
}

function told(what: string, value: number): BenchRow {
  return { what, value: `${Math.round(value)} ms`, wanted: '-', ok: true }
}
