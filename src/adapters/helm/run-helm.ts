import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import pLimit from 'p-limit'
import { HelmError, type HelmErrorKind } from './helm-error.ts'

export interface HelmRun {
  /** The command first. */
  readonly args: readonly string[]
  readonly input?: string
  /** Exit codes that are an answer; others throw. */
  readonly answers?: readonly number[]
  /** Registries are reached by the user's proxy and certificates. */
  readonly usesNetwork?: boolean
}

export interface HelmResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface HelmRunner {
  run(run: HelmRun): Promise<HelmResult>
  close(): Promise<void>
}

export interface HelmLimits {
  /** Milliseconds that one call may take. */
  readonly timeout: number
  /** Characters that one call may print on either stream. */
  readonly maxOutput: number
}

/** More at once gain nothing on two cores: 70 of a call's 75 ms are start-up (measured with helm 4.1.4). */
const atOnce = 2

/** Runs one binary without a shell, in an empty home of its own, so that no user's plugin or repository has a say. */
export async function createHelmRunner(binary: string, limits: HelmLimits): Promise<HelmRunner> {
  const home = await mkdtemp(join(tmpdir(), 'halyard-helm-'))
  // A named plugin folder that is missing makes helm 3 complain.
  await mkdir(join(home, 'plugins'))
  const limit = pLimit(atOnce)
  return {
    run: (run) => limit(() => runOnce(binary, home, limits, run)),
    close: () => rm(home, { recursive: true, force: true }),
  }
}

async function runOnce(
  binary: string,
  home: string,
  { timeout, maxOutput }: HelmLimits,
  { args, input, answers = [0], usesNetwork = false }: HelmRun,
): Promise<HelmResult> {
  const result = await execa(binary, args, {
    cwd: home,
    env: { ...homeOf(home), ...(usesNetwork ? networkOf(process.env) : {}) },
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    timeout,
    killSignal: 'SIGKILL',
    maxBuffer: maxOutput,
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
  })
  const { exitCode, stdout, stderr } = result
  if (!result.isMaxBuffer && !result.timedOut && exitCode !== undefined && answers.includes(exitCode))
    return { exitCode, stdout, stderr }
  const command = `helm ${args[0] ?? ''}`
  const kind = kindOf(result, usesNetwork)
  throw new HelmError(`${command} failed: ${storyOf(kind, result, { timeout, maxOutput })}`, {
    command,
    exitCode,
    stderr,
    kind,
    cause: result.cause,
  })
}

function homeOf(home: string): Record<string, string> {
  return {
    HOME: home,
    TMPDIR: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    HELM_PLUGINS: join(home, 'plugins'),
    LC_ALL: 'C',
    TZ: 'UTC',
  }
}

const networkVariables = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR']

function networkOf(env: NodeJS.ProcessEnv): Record<string, string> {
  const names = networkVariables.flatMap((name) => [name, name.toLowerCase()])
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])))
}

interface Ended {
  readonly exitCode?: number | undefined
  readonly stderr: string
  readonly timedOut: boolean
  readonly isMaxBuffer: boolean
  readonly code?: string | undefined
}

function kindOf({ timedOut, isMaxBuffer, code, stderr }: Ended, usesNetwork: boolean): HelmErrorKind {
  if (timedOut) return 'timeout'
  if (isMaxBuffer) return 'tooLarge'
  if (code === 'ENOENT' || code === 'EACCES') return 'notFound'
  // Charts choose their own words, and may choose these.
  if (!usesNetwork) return 'invalid'
  if (unreachable.test(stderr)) return 'network'
  return absent.test(stderr) ? 'notFound' : 'invalid'
}

/** Helm's and Go's own words for what may pass by itself. */
const unreachable =
  /dial tcp|no such host|connection (refused|reset)|i\/o timeout|TLS handshake|unexpected EOF|status code 429|: 5\d\d |context deadline exceeded/
const absent = /: not found$|manifest unknown|name unknown/m

function storyOf(kind: HelmErrorKind, { stderr, exitCode, code }: Ended, limits: HelmLimits): string {
  if (kind === 'timeout') return `it took longer than ${limits.timeout / 1000} s`
  if (kind === 'tooLarge') return `it printed more than ${limits.maxOutput} characters`
  if (code === 'ENOENT') return 'there is no such program'
  if (code === 'EACCES') return 'it is not an executable'
  return stderr.trim() || (exitCode === undefined ? 'it was killed' : `it ended with ${exitCode}`)
}
