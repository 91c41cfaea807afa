import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'

const workflow = fileURLToPath(
  new URL('../../fleet-repo-layout/.github/workflows/validate.yaml', import.meta.url),
)

interface Workflow {
  readonly jobs: {
    readonly validate: { readonly steps: readonly { readonly name?: string; readonly run?: string }[] }
  }
}

const app = 'clusters/c1/apps/shop/pay.yaml'
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleet-'))
  git('init', '-q', '-b', 'main')
  await commit(['README.md', app])
})

it.each([
  {
    who: 'Halyard',
    from: 'org/fleet',
    branch: 'halyard/pay',
    files: [app, 'rollouts/prod/pay.yaml'],
    ok: true,
  },
  { who: 'Halyard', from: 'org/fleet', branch: 'halyard/pay', files: [app, 'README.md'], ok: false },
  { who: 'a fork', from: 'eve/fleet', branch: 'halyard/pay', files: [app], ok: false },
  { who: 'a person', from: 'org/fleet', branch: 'fix', files: [app], ok: false },
  { who: 'a person', from: 'org/fleet', branch: 'fix', files: ['rollouts/prod/pay.yaml'], ok: false },
  { who: 'a person', from: 'org/fleet', branch: 'fix', files: ['README.md'], ok: true },
])('$who may change $files: $ok', async ({ from, branch, files, ok }) => {
  const base = git('rev-parse', 'HEAD')
  await commit(files)
  const ended = await validate({ BASE: base, BRANCH: branch, FROM: from, HERE: 'org/fleet' })
  const refused = /^::error file=/mu.test(ended.stdout)
  expect({ status: ended.status, refused, stderr: ended.stderr }).toEqual({
    status: ok ? 0 : 1,
    refused: !ok,
    stderr: '',
  })
})

async function validate(env: Record<string, string>) {
  const { jobs } = parse(await readFile(workflow, 'utf8')) as Workflow
  const script = jobs.validate.steps.find((step) => step.name?.startsWith('Only Halyard'))?.run ?? 'exit 99'
  return spawnSync('bash', ['-c', script], { cwd: folder, env: { ...process.env, ...env }, encoding: 'utf8' })
}

/** Commits new content to each file. */
async function commit(files: readonly string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), `at: ${Math.random()}\n`)
  }
  git('add', '.')
  git('-c', 'user.name=Ana', '-c', 'user.email=ana@example.com', 'commit', '-q', '-m', 'Change')
}

function git(...args: readonly string[]): string {
  return spawnSync('git', args, { cwd: folder, encoding: 'utf8' }).stdout.trim()
}
