import { beforeAll, describe, expect, it } from 'vitest'
import type { CliDeps, OpenedRepositories } from '../../../src/entrypoints/cli/deps.ts'
import { runHalctl } from '../../../src/entrypoints/cli/main.ts'
import { KnownError } from '../../../src/operations/known-error.ts'
import type { Workspace } from '../../../src/operations/workspace.ts'
import { createExampleWorld, type ExampleWorld, openExample } from '../../operations/example-world.ts'
import { noLocalWork } from './no-local-work.ts'

let example: ExampleWorld
let workspace: Workspace

beforeAll(async () => {
  example = await createExampleWorld()
  workspace = await openExample(example)
})

interface Run {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const repositories: OpenedRepositories = {
  workspace: async () => workspace,
  writer: async () => {
    throw new Error('no order is given here')
  },
  acknowledgedHolds: async () => [],
  close: async () => undefined,
}

async function run(line: string, changes: Partial<CliDeps> & { isTTY?: boolean } = {}): Promise<Run> {
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => void (written[name] += text),
    isTTY: changes.isTTY === true,
    columns: changes.isTTY === true ? 100 : undefined,
  })
  const exitCode = await runHalctl(line.split(' ').filter(Boolean), {
    openRepositories: async () => repositories,
    ask: undefined,
    explainError: async () => undefined,
    local: noLocalWork,
    stdout: output('stdout'),
    stderr: output('stderr'),
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    now: () => example.now,
    sleep: async () => undefined,
    ...changes,
  })
  return { exitCode, ...written }
}

describe('exit codes', () => {
  it.each([
    ['', 0],
    ['--help', 0],
    ['help status', 0],
    ['status', 0],
    ['validate', 0],
    ['diff', 0],
    ['diff --exit-code', 3],
    ['diff ledger --exit-code', 0],
    ['status nothing', 1],
    ['explain payments nowhere', 1],
    ['render payments --version 9.9.9', 1],
    ['stauts', 2],
    ['status --wath', 2],
    ['status a b', 2],
    ['explain', 2],
    ['hold payments', 2],
    ['rollback payments', 2],
    ['hold --reason x --wait --timeout soon', 2],
    ['status -o xml', 2],
    ['history -n many', 2],
  ])('halctl %s → %i', async (line, exitCode) => {
    expect((await run(line)).exitCode).toBe(exitCode)
  })

  it('are all told in the help', async () => {
    const { stdout } = await run('--help')
    for (const code of [0, 1, 2, 3, 4, 130]) expect(stdout).toMatch(new RegExp(`^ {2}${code} +\\S`, 'm'))
  })
})

describe('errors of usage', () => {
  it.each([
    ['stauts', 'Did you mean status?'],
    ['status --wath', 'Did you mean --watch?'],
    ['status -o xml', 'Allowed choices are table, wide, json, yaml'],
    ['explain', "missing required argument 'service'"],
  ])('halctl %s: %s, on stderr, once', async (line, told) => {
    const { stdout, stderr } = await run(line)
    expect(stdout).toBe('')
    expect(stderr.split(told)).toHaveLength(2)
  })

  it('names the service that was meant', async () => {
    expect((await run('status paymets')).stderr).toBe(
      'error: there is no service "paymets"\n  did you mean payments?\n',
    )
  })
})

describe('formats', () => {
  it('prints JSON that has what the table has', async () => {
    const answer: unknown = JSON.parse((await run('status payments -o json')).stdout)
    expect(answer).toMatchObject({ services: [{ service: 'payments', summary: 'rolling in prod' }] })
  })

  it('prints YAML', async () => {
    const { stdout } = await run('status payments -o yaml')
    expect(stdout).toContain('\n- service: payments\n  owner: team-payments\n')
  })

  it('uses colour only on a terminal that wants it', async () => {
    const escape = '\u001b['
    expect((await run('status', { isTTY: true })).stdout).toContain(escape)
    expect((await run('status')).stdout).not.toContain(escape)
    expect((await run('status --no-color', { isTTY: true })).stdout).not.toContain(escape)
    expect((await run('status', { isTTY: true, env: { NO_COLOR: '1' } })).stdout).not.toContain(escape)
    expect((await run('status', { isTTY: true, env: { TERM: 'dumb' } })).stdout).not.toContain(escape)
  })
})

describe('--watch', () => {
  /** A signal that is aborted after so many pauses. */
  const interruptAfter = (pauses: number): Pick<CliDeps, 'signal' | 'sleep'> => {
    const controller = new AbortController()
    let left = pauses
    return {
      signal: controller.signal,
      async sleep() {
        if (--left <= 0) controller.abort()
      },
    }
  }

  it('redraws on a terminal until it is interrupted', async () => {
    const { stdout, exitCode } = await run('status payments -w', { isTTY: true, ...interruptAfter(3) })
    expect(stdout.split('\u001b[2J')).toHaveLength(4)
    expect(exitCode).toBe(130)
  })

  it('keeps the repositories open from one look to the next', async () => {
    let opened = 0
    let closed = 0
    let looked = 0
    await run('status payments -w', {
      ...interruptAfter(3),
      openRepositories: async () => {
        opened++
        return {
          ...repositories,
          workspace: async () => (looked++, workspace),
          close: async () => void closed++,
        }
      },
    })
    expect({ opened, looked, closed }).toEqual({ opened: 1, looked: 3, closed: 1 })
  })

  it('appends elsewhere, and only what changed', async () => {
    let now = example.now
    const { stdout } = await run('status payments -w', { ...interruptAfter(3), now: () => now++ })
    expect(stdout.split('rolling in prod')).toHaveLength(2)
  })
})

describe('text of others', () => {
  it('reaches a terminal without its control characters', async () => {
    const remedy = 'look\u001b]0;owned\u0007'
    const { stderr } = await run('status', {
      openRepositories: async () => {
        throw new KnownError('gone\u001b[2J', remedy)
      },
    })
    expect(stderr).toBe('error: gone\n  look\n')
  })
})

describe('failures', () => {
  it('prints what an adapter knows, with its remedy', async () => {
    const { stderr, exitCode } = await run('status', {
      openRepositories: async () => {
        throw new Error('transport')
      },
      explainError: async () => new KnownError('git fetch: no route to host', 'try again'),
    })
    expect(stderr).toBe('error: git fetch: no route to host\n  try again\n')
    expect(exitCode).toBe(1)
  })

  it('throws on what nobody knows: it is a bug', async () => {
    const bug = new TypeError('undefined is not a function')
    await expect(
      run('status', {
        openRepositories: async () => {
          throw bug
        },
      }),
    ).rejects.toBe(bug)
  })

  it('closes the repositories also after an error', async () => {
    let closed = 0
    await run('status nothing', {
      openRepositories: async () => ({ ...repositories, close: async () => void closed++ }),
    })
    expect(closed).toBe(1)
  })
})
