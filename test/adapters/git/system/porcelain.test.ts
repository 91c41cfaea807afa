import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'

import { afterEach, expect, test, vi } from 'vitest'

import { initRepository, openClone } from '../../../../src/adapters/git/system.ts'
import { GitTimeoutError } from '../../../../src/adapters/git/git-error.ts'
import { runPorcelain } from '../../../../src/adapters/git/system/porcelain.ts'
import { writeCommit } from '../contract.ts'
import { git, inTempFolder } from '../real-git.ts'

const main = 'refs/heads/main'
const porcelainFile = join(import.meta.dirname, '../../../../src/adapters/git/system/porcelain.ts')

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Puts a shell script in git's place for the rest of a test. */
async function installFakeGit(folder: string, body: string): Promise<void> {
  await writeFile(join(folder, 'git'), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  vi.stubEnv('PATH', `${folder}${delimiter}${process.env['PATH'] ?? ''}`)
}

function stubEnvironment(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
}

/** Everything that reaches git through `runPorcelain`, as a fake git saw it. */
async function seenEnvironment(folder: string): Promise<Readonly<Record<string, string>>> {
  await installFakeGit(folder, `env -0 > '${folder}/seen'; echo git version 2.40.1`)
  await runPorcelain(folder, (porcelain) => porcelain.version())
  const lines = (await readFile(join(folder, 'seen'), 'utf8')).split('\0')
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  )
}

/** Transport, identity and trust; every name that simple-git's guard knows; and any other of git's own. */
const operators: Readonly<Record<string, string>> = {
  ...{ HTTPS_PROXY: 'http://proxy:3128', NO_PROXY: 'localhost', SSL_CERT_FILE: '/etc/ssl/own.pem' },
  ...{ SSH_AUTH_SOCK: '/run/agent', SSH_ASKPASS: '/bin/ask', SSH_ASKPASS_REQUIRE: 'never' },
  ...{ GIT_SSL_CAINFO: '/etc/ssl/own.pem', GIT_SSL_NO_VERIFY: 'false', GIT_HTTP_USER_AGENT: 'fleet' },
  ...{ GIT_SSH: '/bin/ssh', GIT_SSH_COMMAND: 'ssh -i /key', GIT_ASKPASS: '/bin/ask' },
  ...{ GIT_CONFIG: '/none', GIT_CONFIG_GLOBAL: '/etc/own', GIT_CONFIG_SYSTEM: '/dev/null', PREFIX: '/usr' },
  ...{ GIT_CONFIG_PARAMETERS: "'http.sslVerify'='true'", GIT_EXEC_PATH: '/lib/git', GIT_TEMPLATE_DIR: '/t' },
  ...{ EDITOR: 'vi', VISUAL: 'vi', PAGER: 'cat', GIT_EDITOR: 'vi', GIT_PAGER: 'cat', GIT_EXTERNAL_DIFF: 'd' },
  ...{ GIT_SEQUENCE_EDITOR: 'vi', GIT_PROXY_COMMAND: '/bin/proxy', GIT_TRACE_CURL: '0' },
}

test('the environment of the operator reaches git', async () => {
  await inTempFolder(async (folder) => {
    stubEnvironment(operators)
    expect(await seenEnvironment(folder)).toMatchObject(operators)
  })
})

test.each(Object.keys(operators))('%s reaches git when nothing else is set', async (name) => {
  await inTempFolder(async (folder) => {
    const value = operators[name] ?? ''
    for (const other of Object.keys(operators)) vi.stubEnv(other, undefined)
    vi.stubEnv(name, value)
    expect(await seenEnvironment(folder)).toMatchObject({ [name]: value })
  })
})

const configured = ['core.sshCommand', 'core.askPass', 'core.gitProxy', 'core.hooksPath', 'core.fsmonitor']
  .concat(['core.editor', 'core.pager', 'credential.helper', 'url.https://mirror/.insteadOf', 'alias.st'])
  .concat(['include.path', 'protocol.ext.allow', 'init.templateDir', 'gpg.program', 'filter.lfs.process'])
  .concat(['diff.external', 'diff.x.textconv', 'merge.x.driver', 'remote.origin.uploadpack', 'tar.x.command'])
  .concat(['submodule.x.update', 'http.proxy'])

test.each(configured)('the key %s may be set through GIT_CONFIG_COUNT', async (key) => {
  await inTempFolder(async (folder) => {
    const variables = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: 'x' }
    stubEnvironment(variables)
    expect(await seenEnvironment(folder)).toMatchObject(variables)
  })
})

test('git speaks English, never asks, and works on the named repository whatever is inherited', async () => {
  await inTempFolder(async (folder) => {
    stubEnvironment({ LC_ALL: 'de_DE.UTF-8', GIT_TERMINAL_PROMPT: '1', GIT_DIR: '/elsewhere' })
    const fixed = { LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_DIR: folder }
    expect(await seenEnvironment(folder)).toMatchObject(fixed)
  })
})

test('an option that runs a program stays refused when the environment sets none', async () => {
  await inTempFolder(async (folder) => {
    for (const name of Object.keys(operators)) vi.stubEnv(name, undefined)
    const refusal = runPorcelain(folder, (porcelain) => porcelain.raw('ls-remote', '--upload-pack=touch x'))
    await expect(refusal).rejects.toMatchObject({ name: 'GitError', retryable: false })
  })
})

test('a real fetch obeys the configuration that GIT_CONFIG_GLOBAL names', async () => {
  await inTempFolder(async (folder) => {
    const url = join(folder, 'remote.git')
    const remote = await initRepository(url, { branch: 'main' })
    const commit = await writeCommit(remote, [{ path: 'a', text: '1' }])
    await remote.updateRefs([{ ref: main, expected: undefined, to: commit }])
    await remote.close()
    await writeFile(join(folder, 'own'), `[url "${url}"]\n\tinsteadOf = https://mirror.invalid/fleet.git\n`)
    vi.stubEnv('GIT_CONFIG_GLOBAL', join(folder, 'own'))
    const clone = await openClone({
      path: join(folder, 'clone.git'),
      url: 'https://mirror.invalid/fleet.git',
    })
    await clone.fetch(['refs/heads/'])
    expect(await clone.resolve(main)).toBe(commit)
    await clone.close()
  })
})

test('an inherited GIT_DIR leads neither clone nor fetch to another repository', async () => {
  await inTempFolder(async (folder) => {
    const url = join(folder, 'remote.git')
    await (await initRepository(url, { branch: 'main' })).close()
    const other = join(folder, 'other.git')
    await (await initRepository(other, { branch: 'main' })).close()
    const before = await readFile(join(other, 'config'), 'utf8')
    vi.stubEnv('GIT_DIR', other)
    const path = join(folder, 'clone.git')
    const clone = await openClone({ path, url })
    await clone.fetch(['refs/heads/'])
    await clone.close()
    vi.unstubAllEnvs()
    expect(await readFile(join(other, 'config'), 'utf8')).toBe(before)
    expect(await git(path, ['config', 'remote.origin.url'])).toBe(url)
  })
})

test.each([
  ['is killed', 'kill -9 $$', { exitCode: undefined, retryable: true }],
  ['fails without a word', 'exit 3', { exitCode: 3, retryable: false }],
  [
    'fails with words',
    'echo "fatal: https://ana:s3cret@host/x: no" >&2; exit 128',
    {
      exitCode: 128,
      retryable: false,
      stderr: 'fatal: https://host/x: no\n',
      message: 'git fetch failed: fatal: https://host/x: no',
      command: 'git fetch https://host/x',
    },
  ],
])('a git that %s is an error', async (_, body, expected) => {
  await inTempFolder(async (folder) => {
    await installFakeGit(folder, body)
    const answer = runPorcelain(folder, (porcelain) => porcelain.fetch(['https://ana:s3cret@host/x']))
    await expect(answer).rejects.toMatchObject({ name: 'GitError', cause: undefined, ...expected })
  })
})

test('a machine without git is told so', async () => {
  await inTempFolder(async (folder) => {
    vi.stubEnv('PATH', folder)
    const opened = openClone({ path: join(folder, 'clone.git'), url: join(folder, 'remote.git') })
    await expect(opened).rejects.toThrow(/git 2\.38 or newer is needed, found: none on the PATH/)
  })
})

test('a configuration that is locked is worth another try, and its error holds no password', async () => {
  await inTempFolder(async (folder) => {
    const path = join(folder, 'clone.git')
    const url = 'http://ana:s3cret@127.0.0.1:9/fleet.git'
    await (await openClone({ path, url })).close()
    await writeFile(join(path, 'config.lock'), '')
    const error: unknown = await openClone({ path, url }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'GitError', retryable: true })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('s3cret')
  })
})

test('a program that ends in the middle of a fetch takes its git along', async () => {
  await inTempFolder(async (folder) => {
    await installFakeGit(
      folder,
      `echo $$ > '${folder}/pid.new'; mv '${folder}/pid.new' '${folder}/pid'; exec sleep 60`,
    )
    const script = join(folder, 'fetch.ts')
    const lines = [
      `import { runPorcelain } from ${JSON.stringify(porcelainFile)}`,
      `process.on('message', () => process.exit(0))`,
      `await runPorcelain('.', (git) => git.fetch(['origin']))`,
    ]
    await writeFile(script, lines.join('\n'))
    const program = spawn(process.execPath, [script], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const pid = await vi.waitFor(async () => Number(await readFile(join(folder, 'pid'), 'utf8')), 10_000)
    expect(process.kill(pid, 0)).toBe(true)
    program.send('end')
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow(/ESRCH/), 10_000)
  })
})

test('a remote that never answers is given up, and worth another try', async () => {
  await inTempFolder(async (folder) => {
    await installFakeGit(folder, 'exec sleep 60')
    const fetching = runPorcelain(folder, (porcelain) => porcelain.fetch(['origin']), 200)
    const error = await fetching.then(
      () => undefined,
      (failure: unknown) => failure,
    )
    expect(error).toBeInstanceOf(GitTimeoutError)
    expect(error).toMatchObject({ retryable: true, exitCode: undefined })
  })
})
