import { join, resolve } from 'node:path'
import { readdir } from 'node:fs/promises'
import type { JsonObject } from '../../core/domain/cluster.ts'
import { HelmError } from './helm-error.ts'
import type { Helm, LintOutcome, PulledChart, PullRequest, TemplateRequest } from './port.ts'
import { createHelmRunner, type HelmLimits, type HelmRunner } from './run-helm.ts'

const usualLimits: HelmLimits = { timeout: 60_000, maxOutput: 32 * 1024 * 1024 }

/** Helm as a program at a path (`locateHelm` finds one). `close` must be called. */
export async function createHelm(options: {
  readonly binary: string
  readonly limits?: Partial<HelmLimits>
}): Promise<Helm> {
  const runner = await createHelmRunner(options.binary, { ...usualLimits, ...options.limits })
  return {
    version: async () =>
      (await runner.run({ args: ['version', '--template', '{{.Version}}'] })).stdout.trim(),
    template: (request) => template(runner, request),
    lint: (chart, values) => lint(runner, chart, values),
    show: async (what, chart) => (await runner.run({ args: ['show', what, '--', resolve(chart)] })).stdout,
    package: (chart, destination) => packChart(runner, chart, destination),
    pull: (request) => pull(runner, request),
    close: runner.close,
  }
}

async function template(runner: HelmRunner, request: TemplateRequest): Promise<string> {
  const { chart, releaseName, namespace, values, skipSchema = false } = request
  const options = ['--namespace', namespace, '--include-crds', '--values', '-']
  const checks = skipSchema ? ['--skip-schema-validation'] : []
  const { stdout } = await runner.run({
    args: ['template', ...options, ...checks, '--', releaseName, resolve(chart)],
    input: JSON.stringify(values),
  })
  return stdout
}

async function lint(runner: HelmRunner, chart: string, values: JsonObject = {}): Promise<LintOutcome> {
  const { exitCode, stdout, stderr } = await runner.run({
    args: ['lint', '--quiet', '--values', '-', '--', resolve(chart)],
    input: JSON.stringify(values),
    answers: [0, 1],
  })
  if (exitCode === 0) return { kind: 'clean' }
  const messages = stdout
    .split(/^(?=\[(?:ERROR|WARNING|INFO)\] )/m)
    .filter((part) => part.startsWith('[ERROR] '))
    .map((part) => part.slice('[ERROR] '.length).trim())
  if (messages.length > 0) return { kind: 'faults', messages }
  throw new HelmError(`helm lint failed: ${stderr.trim()}`, {
    command: 'helm lint',
    exitCode,
    stderr,
    kind: 'invalid',
  })
}

async function packChart(runner: HelmRunner, chart: string, destination: string): Promise<string> {
  const args = ['package', '--destination', resolve(destination), '--', resolve(chart)]
  const { stdout } = await runner.run({ args })
  const path = /saved it to: (.+)$/m.exec(stdout)?.[1]
  if (path === undefined) throw new Error(`helm package did not tell where the archive is: ${stdout}`)
  return path
}

/** By digest, helm itself holds the content to it. The destination must be an empty folder. */
async function pull(runner: HelmRunner, request: PullRequest): Promise<PulledChart> {
  const { chart, pin, destination } = request
  const plain = isLoopback(chart) ? ['--plain-http'] : []
  const folder = resolve(destination)
  const [version, reference] =
    'digest' in pin ? [[], `${chart}@${pin.digest}`] : [[`--version=${pin.version}`], chart]
  const args = ['pull', ...plain, ...version, '--destination', folder, '--', reference]
  const { stdout, stderr } = await runner.run({ args, usesNetwork: true })
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'))
  if (archive === undefined) throw new Error('helm pull left no archive')
  const [seen] = /\bsha256:[0-9a-f]{64}\b/.exec(`${stdout}\n${stderr}`.replace(/^Pulled:.*$/gm, '')) ?? []
  return { path: join(folder, archive), digest: seen }
}

/** Registries on this machine speak plain HTTP; others never do. */
function isLoopback(chart: string): boolean {
  return /^oci:\/\/(localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?\//.test(chart)
}
