import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import type { CommitDraft, GitClone, Oid, TreeChange } from '../src/adapters/git/port.ts'
import { initRepository, openClone } from '../src/adapters/git/system.ts'
import type { BenchResult, BenchRow } from './result.ts'

const services = 200
const clusters = 1000
const namespaces = 20
const variants = 3
const waveSize = 250
const author = { name: 'Halyard', email: 'halyard@example.com' }

/** A whole fleet written at once, against `git add` and `git commit` in a work tree; then waves on top of it. */
export async function run(): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'halyard-full-write-'))
  try {
    const files = fleetFiles()
    const remotePath = join(folder, 'fleet.git')
    const remote = await initRepository(remotePath, { branch: 'main' })
    const clone = await openClone({ path: join(folder, 'clone.git'), url: remotePath })
    progress(`writing ${files.length} files through the git room`)
    const ours = await timed(async () => writeOne(clone, { ...commitOf(files), parent: undefined }))
    await clone.push([{ ref: 'refs/heads/main', expected: undefined, to: ours.result }])
    const waves = await measureWaves(clone, ours.result)
    await Promise.all([clone.close(), remote.close()])
    const work = join(folder, 'work')
    progress('writing the same files into a work tree')
    const checkout = await timed(() => writeWorkTree(work, files))
    progress('git add and git commit')
    const theirs = await timed(() => commitWorkTree(work))
    const tree = git(['-C', remotePath, 'rev-parse', `${ours.result}^{tree}`])
    return {
      name: `full write of ${files.length} files`,
      rows: [...fullWriteRows({ ours, checkout, theirs, tree }), ...waves],
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function progress(what: string): void {
  console.error(`full-write: ${what}`)
}

interface Timed<Result> {
  readonly result: Result
  readonly ms: number
}

interface FullWrites {
  readonly ours: Timed<Oid>
  readonly checkout: Timed<void>
  readonly theirs: Timed<Oid>
  readonly tree: Oid
}

/** From texts to a commit on both sides; git's share without writing the files is shown too. */
function fullWriteRows({ ours, checkout, theirs, tree }: FullWrites): readonly BenchRow[] {
  const factor = (checkout.ms + theirs.ms) / ours.ms
  return [
    {
      what: 'tree, the same as git add makes',
      value: tree,
      wanted: theirs.result,
      ok: tree === theirs.result,
    },
    { what: 'full write', value: seconds(ours.ms), wanted: '-', ok: true },
    { what: 'work tree: writing its files', value: seconds(checkout.ms), wanted: '-', ok: true },
    { what: 'work tree: git add -A and git commit', value: seconds(theirs.ms), wanted: '-', ok: true },
    {
      what: 'times faster than a work tree: files, add, commit',
      value: factor.toFixed(1),
      wanted: '>= 10',
      ok: factor >= 10,
    },
    {
      what: 'times faster than git add -A and git commit alone',
      value: (theirs.ms / ours.ms).toFixed(1),
      wanted: '-',
      ok: true,
    },
  ]
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`
}

/** Waves of one service, each from drafts to ids and then pushed as one branch. */
async function measureWaves(clone: GitClone, base: Oid): Promise<readonly BenchRow[]> {
  const writes: number[] = []
  const pushes: number[] = []
  for (let wave = 0; wave < 8; wave++) {
    const changes = Array.from({ length: waveSize }, (_, cluster) => ({
      path: pathOf(cluster * 4 + (wave % 4), wave),
      text: textOf(wave, cluster % variants, `2.0.${wave}`),
    }))
    const write = await timed(async () => writeOne(clone, { ...commitOf(changes), parent: base }))
    const update = { ref: `refs/heads/halyard/wave-${wave}`, expected: undefined, to: write.result }
    const push = await timed(async () => clone.push([update]))
    if (push.result.kind !== 'pushed') throw new Error(`the push of a wave was ${push.result.kind}`)
    writes.push(write.ms)
    pushes.push(push.ms)
  }
  return [
    medianRow(`wave of ${waveSize} clusters, drafts to id`, writes, 60),
    medianRow(`push of one branch`, pushes, 150),
    { what: 'first wave, drafts to id', value: `${Math.round(writes[0] ?? 0)} ms`, wanted: '-', ok: true },
  ]
}

function medianRow(what: string, times: readonly number[], limit: number): BenchRow {
  const median = times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Infinity
  return { what, value: `${Math.round(median)} ms`, wanted: `< ${limit} ms`, ok: median < limit }
}

async function writeOne(clone: GitClone, draft: CommitDraft): Promise<Oid> {
  const [commit] = await clone.writeCommits([draft])
  if (commit === undefined) throw new Error('no commit was written')
  return commit
}

function commitOf(changes: readonly TreeChange[]): Omit<CommitDraft, 'parent'> {
  return { changes, message: 'Write the fleet\n', author, time: 1_700_000_000 }
}

/** Cluster by cluster: its namespace files, then its services. */
function fleetFiles(): readonly { readonly path: string; readonly text: string }[] {
  const texts = Array.from({ length: services * variants }, (_, index) =>
    textOf(Math.floor(index / variants), index % variants, '1.0.0'),
  )
  return Array.from({ length: clusters }, (_, cluster) => [
    ...Array.from({ length: namespaces }, (__, namespace) => ({
      path: `clusters/${clusterName(cluster)}/namespaces/team-${namespace}.yaml`,
      text: `kind: Namespace\nmetadata:\n  name: team-${namespace}\n`.padEnd(900, '# pad\n'),
    })),
    ...Array.from({ length: services }, (__, service) => ({
      path: pathOf(cluster, service),
      text: texts[service * variants + variantOf(cluster, service)] ?? '',
    })),
  ]).flat()
}

/** Spread so that neighbouring services of a cluster are of different variants. */
function variantOf(cluster: number, service: number): number {
  return Math.floor((cluster * 7919 + service * 104_729) / 13) % variants
}

function pathOf(cluster: number, service: number): string {
  return `clusters/${clusterName(cluster)}/apps/team-${service % namespaces}/service-${service}.yaml`
}

function clusterName(cluster: number): string {
  return `prod-${String(cluster).padStart(4, '0')}`
}

/** About 1.2 KB, of the shape of a rendered HelmRelease. */
function textOf(service: number, variant: number, version: string): string {
  const lines = Array.from(
    { length: 24 },
    (_, line) => `    setting-${line}: "${service}-${variant}-${line * 7919}"`,
  )
  const head = `# service-${service} ${version}\nkind: HelmRelease\nmetadata:\n  name: service-${service}\nspec:\n  values:\n`
  return `${head}${lines.join('\n')}\n`.padEnd(1200, `# variant ${variant}\n`)
}

function writeWorkTree(
  folder: string,
  files: readonly { readonly path: string; readonly text: string }[],
): void {
  git(['init', '-q', folder])
  for (const directory of new Set(files.map(({ path }) => dirname(join(folder, path)))))
    mkdirSync(directory, { recursive: true })
  for (const { path, text } of files) writeFileSync(join(folder, path), text)
}

function commitWorkTree(folder: string): Oid {
  git(['-C', folder, 'add', '-A'])
  git([
    '-C',
    folder,
    '-c',
    `user.name=${author.name}`,
    '-c',
    `user.email=${author.email}`,
    'commit',
    '-q',
    '-m',
    'Write the fleet',
  ])
  return git(['-C', folder, 'rev-parse', 'HEAD^{tree}'])
}

function git(args: readonly string[]): string {
  return execFileSync('git', args, {
    encoding: 'utf8',
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
  }).trim()
}

async function timed<Result>(action: () => Result | Promise<Result>): Promise<Timed<Result>> {
  const start = performance.now()
  const result = await action()
  return { result, ms: performance.now() - start }
}
