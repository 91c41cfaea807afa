import { spawn } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { git } from '../../adapters/git/real-git.ts'
import { cleanEnv, halctl, program, scratchFolder } from './real-halctl.ts'

let scratch: Awaited<ReturnType<typeof scratchFolder>>

beforeAll(async () => {
  scratch = await scratchFolder()
})
afterAll(async () => scratch.remove())

describe('halctl init catalog', () => {
  it('writes a catalog that has no finding, as a repository with one commit', async () => {
    const args = ['init', 'catalog', 'mine', '--service', 'payments', '--owner', 'team-pay']
    const { stdout, stderr, exitCode } = await halctl(scratch.path, args)
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toMatch(/^made mine with its first commit [0-9a-f]{8}\n/)
    const folder = join(scratch.path, 'mine')
    const checked = await halctl(folder, ['validate', '--strict'])
    expect(checked).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('no findings in 1 service'),
    })
    expect(await git(folder, ['status', '--porcelain', '--branch'])).toBe('## main')
    expect(await git(folder, ['log', '--format=%an %s'])).toBe('Kim Olsen Begin the catalog of mine')
    expect(await readFile(join(folder, 'CODEOWNERS'), 'utf8')).toContain(
      '/services/payments/      @your-org/team-pay',
    )
  })

  it('names in every document a schema that lies where it says', async () => {
    const folder = join(scratch.path, 'mine')
    const files = await readdir(folder, { recursive: true })
    const documents = files.filter((file) => file.endsWith('.yaml') && !file.startsWith('.'))
    expect(documents.length).toBeGreaterThan(9)
    for (const file of documents) {
      const text = await readFile(join(folder, file), 'utf8')
      const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n/.exec(text) ?? []
      const target = resolve(dirname(join(folder, file)), schema)
      const [, kind] = /^kind: (\w+)$/m.exec(text) ?? []
      expect(JSON.parse(await readFile(target, 'utf8'))).toMatchObject({ title: kind })
    }
  })

  it('takes the names that it is given', async () => {
    const url = 'ssh://git@git.example.com/fleet.git'
    const args = ['--fleet-url', url, '--name', 'acme', '--chart-repository', 'https://charts.example.com']
    await halctl(scratch.path, ['init', 'catalog', 'named', ...args, '--no-git'])
    const folder = join(scratch.path, 'named')
    expect(await readFile(join(folder, 'halyard.yaml'), 'utf8')).toMatch(
      /name: acme\n[^]*url: "ssh:\/\/git@git/,
    )
    expect(await readdir(folder)).not.toContain('.git')
    expect((await halctl(folder, ['validate', '--strict'])).exitCode).toBe(0)
  })

  it('leaves a folder alone that is not empty, and takes one that is', async () => {
    const full = join(scratch.path, 'full')
    await mkdir(full)
    await writeFile(join(full, 'notes.txt'), 'mine')
    const refused = await halctl(scratch.path, ['init', 'catalog', 'full'])
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is not empty') })
    expect(await readdir(full)).toEqual(['notes.txt'])
    await mkdir(join(scratch.path, 'empty'))
    expect((await halctl(join(scratch.path, 'empty'), ['init', 'catalog', '.'])).exitCode).toBe(0)
    expect(await readdir(join(scratch.path, 'empty'))).toContain('halyard.yaml')
  })

  it.each([
    ['--service', '../etc', 'is no name of a service'],
    ['--service', '\u001b[2Jx', 'is no name of a service'],
    ['--name', 'A b', 'is no name of a catalog'],
    ['--fleet-url', '--upload-pack=x', 'is no URL of a Git repository'],
    ['--fleet-url', 'https://user:secret@host/x', '"https://…@host/x" is no URL of a Git repository'],
    ['--chart-repository', 'ftp://x', 'is no URL of a chart repository'],
    ['--owner-team', 'a\nb', 'is no owner of code'],
  ])('refuses %s %j', async (flag, value, told) => {
    const { exitCode, stderr } = await halctl(scratch.path, ['init', 'catalog', 'bad', `${flag}=${value}`])
    expect({ exitCode, isClean: !stderr.includes('\u001b') }).toEqual({ exitCode: 1, isClean: true })
    expect(stderr).toContain(told)
    expect(await readdir(scratch.path)).not.toContain('bad')
  })

  it('makes nothing where git knows no author', async () => {
    const env = { GIT_AUTHOR_NAME: '', GIT_AUTHOR_EMAIL: '', EMAIL: '' }
    const { exitCode, stderr } = await halctl(scratch.path, ['init', 'catalog', 'deep/nobody'], env)
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('--no-git') })
    expect(await readdir(scratch.path)).not.toContain('deep')
  })

  it('leaves nothing behind on Ctrl-C', async () => {
    const bin = join(scratch.path, 'slow-git')
    await mkdir(bin)
    // Git that tells when it is asked to commit, and takes its time.
    const script =
      '#!/bin/sh\ncase "$*" in *commit*) kill -INT $PPID; sleep 5;; esac\nexec /usr/bin/env PATH="$REAL_PATH" git "$@"\n'
    await writeFile(join(bin, 'git'), script)
    await chmod(join(bin, 'git'), 0o755)
    const path = cleanEnv['PATH'] ?? ''
    const env = { PATH: `${bin}:${path}`, REAL_PATH: path }
    const { exitCode } = await halctl(scratch.path, ['init', 'catalog', 'stopped'], env)
    expect(exitCode).toBe(130)
    expect(await readdir(scratch.path)).not.toContain('stopped')
  })
})

describe('halctl init fleet', () => {
  it('writes what a controller begins with, bare or not', async () => {
    const args = ['--platform-team', '@acme/platform', '--release-team', '@acme/releases']
    expect((await halctl(scratch.path, ['init', 'fleet', 'fleet.git', '--bare', ...args])).exitCode).toBe(0)
    expect((await halctl(scratch.path, ['init', 'fleet', 'fleet', ...args])).exitCode).toBe(0)
    const bare = join(scratch.path, 'fleet.git')
    const listing = await git(bare, ['ls-tree', '-r', '--name-only', 'main'])
    expect(listing.split('\n')).toEqual([
      '.github/workflows/validate.yaml',
      'CODEOWNERS',
      'README.md',
      'clusters/.gitkeep',
      'rollouts/.gitkeep',
    ])
    expect(await git(join(scratch.path, 'fleet'), ['rev-parse', 'main^{tree}'])).toBe(
      await git(bare, ['rev-parse', 'main^{tree}']),
    )
    expect(await git(bare, ['show', 'main:CODEOWNERS'])).toMatch(
      /\* +@acme\/platform\n[^]*\/clusters\/ +@acme\/releases/,
    )
    const status = await halctl(join(scratch.path, 'mine'), ['status', '--fleet', bare])
    expect(status).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^payments +devel /m) })
  })

  it('is bare or without git, not both', async () => {
    expect((await halctl(scratch.path, ['init', 'fleet', 'x', '--bare', '--no-git'])).exitCode).toBe(2)
  })
})

describe('halctl init schemas', () => {
  it('brings a catalog up to date, and says when it is', async () => {
    const folder = join(scratch.path, 'mine')
    await writeFile(join(folder, '.halyard/schemas/hold.schema.json'), '{}')
    expect((await halctl(folder, ['init', 'schemas'])).stdout).toBe('.halyard/schemas: 1 file written\n')
    expect((await halctl(folder, ['init', 'schemas'])).stdout).toBe('.halyard/schemas is up to date\n')
    expect(await git(folder, ['status', '--porcelain'])).toBe('')
  })
})

describe('a reader that goes away', () => {
  it.each(['validate', '--help', 'init --help', 'completion bash', 'status'])(
    'is no error of halctl %s',
    async (line) => {
      const child = spawn(
        'bash',
        ['-c', `{ "${process.execPath}" "${program}" ${line} | head -c 0; } 2>&1`],
        {
          cwd: join(scratch.path, 'mine'),
          env: { ...cleanEnv, HALYARD_FLEET: join(scratch.path, 'fleet.git') },
        },
      )
      let output = ''
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
      await new Promise((done) => child.on('close', done))
      expect(output).toBe('')
    },
  )
})
