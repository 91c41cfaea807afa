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

interface Job {
  readonly if: string
  readonly steps: readonly { readonly name?: string; readonly run?: string }[]
}

interface Workflow {
  readonly on: object
  readonly jobs: { readonly validate: Job; readonly verify: Job }
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

it('verifies main as it is, and fails the job where something is found', async () => {
  const { on, jobs } = parse(await readFile(workflow, 'utf8')) as Workflow
  expect(Object.keys(on)).toEqual(['pull_request', 'push', 'schedule', 'workflow_dispatch'])
  expect(jobs.verify.if).toContain("vars.HALYARD_CATALOG != ''")
  const script = jobs.verify.steps.find((step) => step.name?.startsWith('Every file'))?.run ?? 'exit 99'
  const ran = async (code: number) => {
    await writeFile(join(folder, 'halctl'), `#!/bin/sh\necho "$@"\nexit ${code}\n`, { mode: 0o755 })
    const env = {
      PATH: `${folder}:${process.env['PATH']}`,
      RUNNER_TEMP: '/tmp/runner',
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    }
    return spawnSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' })
  }
  expect(await ran(0)).toMatchObject({
    status: 0,
    stdout: 'verify --catalog /tmp/runner/catalog.git --fleet . --no-color\n',
  })
  expect(await ran(1)).toMatchObject({ status: 1 })
})

it('fetches a catalog with its history, logged in where there is a token', async () => {
  const { jobs } = parse(await readFile(workflow, 'utf8')) as Workflow
  const script =
    jobs.verify.steps.find((step) => step.name?.startsWith('Fetch the catalog'))?.run ?? 'exit 99'
  for (const TOKEN of ['', 'secret']) {
    const env = {
      ...process.env,
      CATALOG: folder,
      TOKEN,
      RUNNER_TEMP: await mkdtemp(join(tmpdir(), 'runner-')),
    }
    expect(spawnSync('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
    expect(
      git('--git-dir', join(env.RUNNER_TEMP, 'catalog.git'), 'log', '--oneline').split('\n'),
    ).toHaveLength(1)
  }
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
