import { execFile, execFileSync } from 'node:child_process'
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { git } from '../../adapters/git/real-git.ts'
import { cleanEnv, halctl, program, scratchFolder } from './real-halctl.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>
let catalog: string
let bin: string

beforeAll(async () => {
  scratch = await scratchFolder()
  catalog = join(scratch.path, 'catalog')
  bin = join(scratch.path, 'bin')
  await halctl(scratch.path, ['init', 'catalog', 'catalog', '--service', 'payments'])
  await git(scratch.path, ['clone', '--quiet', '--bare', 'catalog', 'catalog.git'])
  await mkdir(bin)
  await writeFile(join(bin, 'halctl'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`)
  await chmod(join(bin, 'halctl'), 0o755)
})
afterAll(async () => scratch.remove())

/** Candidates for the last word. */
async function completed(words: readonly string[], cwd = catalog): Promise<readonly string[]> {
  const { stdout } = await halctl(cwd, ['__complete', '--', ...words])
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']))
}

describe('completion', () => {
  it.each([
    [['st'], ['status']],
    [
      ['cluster', ''],
      ['add', 'decommission', 'remove'],
    ],
    [['status', ''], ['payments']],
    [
      ['explain', 'payments', 'prod-'],
      ['prod-1', 'prod-canary-1'],
    ],
    [
      ['hold', '--group', 'prod'],
      ['prod', 'prod-canary'],
    ],
    [['hold', '--group=d'], ['--group=devel']],
    [['diff', '--wat'], ['--watch']],
    [
      ['-o', ''],
      ['table', 'wide', 'json', 'yaml'],
    ],
    [['render', 'payments', '--version', ''], ['0.1.0']],
    [['new-version', 'payments', '0.2.0', '--from', ''], ['0.1.0']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['init', 'catalog', ''], [':files']],
    [['--catalog', ''], [':files']],
    [['status', '--', '--'], []],
    [['render', '../..', '--version', ''], []],
    [['nonsense', ''], []],
  ])('of %j is %j', async (words, expected) => {
    expect(await completed(words)).toEqual(expected)
  })

  it('reads a bare catalog that is named on the line, and is silent where there is none', async () => {
    expect(await completed(['--catalog', 'catalog.git', 'status', ''], scratch.path)).toEqual(['payments'])
    expect(await completed(['--catalog', 'nowhere.git', 'status', ''], scratch.path)).toEqual([])
    expect(await completed(['status', ''], scratch.path)).toEqual([])
  })

  it('never offers a name that a shell or a terminal could take for something else', async () => {
    const odd = join(scratch.path, 'odd')
    await halctl(scratch.path, ['init', 'catalog', 'odd', '--no-git'])
    for (const name of ['$(id)', '-rf', 'a b', '\u001b[2J']) await mkdir(join(odd, 'services', name))
    expect(await completed(['status', ''], odd)).toEqual(['hello'])
  })

  it('loads nothing that is heavy', async () => {
    const script = `
      const { registerHooks } = await import('node:module')
      const loaded = []
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
      const { halctl } = await import(${JSON.stringify(join(program, '../../src/main.ts'))})
      await halctl(['__complete', '--', 'status', ''])
      process.stderr.write(loaded.join('\\n'))`
    const loaded = await new Promise<string>((resolve) => {
      const options = { cwd: catalog, env: cleanEnv }
      execFile(process.execPath, ['--input-type=module', '-e', script], options, (_error, _stdout, stderr) =>
        resolve(stderr),
      )
    })
    expect(loaded).toContain('/complete.ts')
    expect(loaded).not.toMatch(/node_modules\/(?!commander)|adapters\/catalog|adapters\/git\/system\.ts/)
  })
})

function isInstalled(shell: string): boolean {
  try {
    execFileSync(shell, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs a script in a shell whose PATH has halctl. */
async function shell(name: string, args: readonly string[], script: string): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...cleanEnv, PATH: `${bin}:${cleanEnv['PATH']}`, HOME: scratch.path, TERM: 'dumb' }
    execFile(name, [...args, '-c', script], { cwd: catalog, env }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    )
  })
}

describe.runIf(isInstalled('bash'))('in bash', () => {
  /** Completes a line as bash does at the press of Tab: with `=` a word of its own. */
  const tab = async (...words: readonly string[]): Promise<string> => {
    const script = `source <(halctl completion bash)
      COMP_WORDS=(halctl ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
      _halctl; printf '%s\\n' "\${COMPREPLY[@]}"`
    return (await shell('bash', ['--norc'], script)).trim()
  }

  it('completes commands, names and values', async () => {
    expect(await tab('sta')).toBe('status')
    expect(await tab('status', '')).toBe('payments')
    expect(await tab('hold', '--group', '=', 'prod-')).toBe('prod-canary')
    expect(await tab('hold', '--group', '=')).toBe('devel\nprod\nprod-canary')
    expect(await tab('hold', '--group', 'prod', 'pa')).toBe('payments')
  })

  it('is registered for halctl', async () => {
    expect(await shell('bash', ['--norc'], 'source <(halctl completion bash); complete -p halctl')).toBe(
      'complete -F _halctl halctl\n',
    )
  })
})

describe.runIf(isInstalled('zsh'))('in zsh', () => {
  it('parses, and completes through what zsh hands over', async () => {
    const script = `autoload -U compinit; compinit -u -d ${scratch.path}/zcompdump
      source <(halctl completion zsh)
      _describe() { print -rl -- "\${(@P)2}" }
      _files() { print files }
      words=(halctl hold --group prod); CURRENT=4; _halctl
      words=(halctl --catalog ''); CURRENT=3; _halctl
      words=(halctl stat); CURRENT=2; _halctl
      print -r -- $_comps[halctl]`
    expect(await shell('zsh', ['-f'], script)).toBe(
      'prod\nprod-canary\nfiles\nstatus:where services stand, how healthy they are, what they wait for\n_halctl\n',
    )
  })
})

describe.runIf(isInstalled('fish'))('in fish', () => {
  it('completes as fish itself does', async () => {
    const script = `halctl completion fish | source
      complete -C 'halctl hold --group prod'; complete -C 'halctl status '; complete -C 'halctl hold --group=de'; complete -C 'halctl stat'`
    expect(await shell('fish', ['--no-config'], script)).toBe(
      'prod\nprod-canary\npayments\n--group=devel\nstatus\twhere services stand, how healthy they are, what they wait for\n',
    )
  })
})
