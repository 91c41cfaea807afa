import { spawn, spawnSync, type SpawnSyncOptions } from 'node:child_process'
import { chmod, cp, mkdir, mkdtemp, readdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const oldNode = findOldNode()

/** A main module with the two exports that the programs call. */
const main = `
  const say = (program) => async (argv) => {
    if (argv[0] === 'wait') {
      process.stdout.write('waiting\\n')
      await new Promise((resolve) => setTimeout(resolve, 60_000))
    }
    if (argv[0] === 'flood') for (let line = 0; line < 1e5; line++) process.stdout.write('line\\n')
    if (argv[0] === 'throw') throw new Error('a bug')
    console.log(JSON.stringify({ program, argv, node: process.execPath }))
    return 3
  }
  export const halctl = say('halctl')
  export const halyard = say('halyard')
`

let folder: string

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'launch-')))
})

describe('a checkout', () => {
  beforeEach(() => install(folder, 'src/main.ts'))

  it.each(['halctl', 'halyard'])('runs %s from src with its arguments and exit code', (program) => {
    const ended = run(process.execPath, program, ['status', '--watch'])
    expect(ended.status).toBe(3)
    expect(JSON.parse(ended.stdout)).toMatchObject({ program, argv: ['status', '--watch'] })
  })

  it('ends quietly when the reader of its output goes away', () => {
    const bin = join(folder, 'bin/halctl.js')
    const ended = spawnSync('bash', [
      '-c',
      `"$0" "$1" flood | head -1; echo "\${PIPESTATUS[0]}"`,
      process.execPath,
      bin,
    ])
    expect(ended.stderr.toString()).toBe('')
    expect(ended.stdout.toString()).toBe('line\n141\n')
  })

  it('keeps what was compiled in the cache folder', async () => {
    const cache = join(folder, 'cache')
    expect(run(process.execPath, 'halctl', [], { env: { XDG_CACHE_HOME: cache } }).status).toBe(3)
    expect(await readdir(join(cache, 'halyard/code'))).not.toEqual([])
  })

  it('runs without a cache where the folder can not be made', async () => {
    await write('taken', '')
    const ended = run(process.execPath, 'halctl', [], { env: { XDG_CACHE_HOME: join(folder, 'taken') } })
    expect(ended).toMatchObject({ status: 3, stderr: '' })
  })

  describe.skipIf(process.getuid?.() !== 0)('as another user', () => {
    const nobody = { uid: 54_321, gid: 54_321 }
    beforeEach(async () => {
      for (const each of [folder, tmpdir()]) await chmod(each, 0o755)
    })

    it('runs where a user without an entry has no home', () => {
      expect(run(process.execPath, 'halctl', [], { ...nobody, env: {} })).toMatchObject({
        status: 3,
        stderr: '',
      })
    })

    it('runs where another user made the cache', () => {
      const env = { XDG_CACHE_HOME: join(folder, 'cache') }
      expect(run(process.execPath, 'halctl', [], { env }).status).toBe(3)
      expect(run(process.execPath, 'halctl', [], { ...nobody, env })).toMatchObject({ status: 3, stderr: '' })
    })
  })

  it('shows the stack of a bug and fails', () => {
    const ended = run(process.execPath, 'halctl', ['throw'])
    expect(ended.status).toBe(1)
    expect(ended.stderr).toMatch(/Error: a bug\n\s+at /u)
  })
})

describe('an installed package', () => {
  it('runs what was compiled', async () => {
    folder = join(folder, 'node_modules/halyard')
    await install(folder, 'src/main.ts')
    await write('dist/main.js', main)
    await write('src/main.ts', 'throw new Error("must not be loaded")')
    expect(run(process.execPath, 'halctl', []).status).toBe(3)
  })
})

describe.skipIf(oldNode === undefined)('under an old Node', () => {
  const node = oldNode ?? ''

  it('starts again with the Node of the checkout', async () => {
    await install(folder, 'src/main.ts')
    await bundleNode()
    const ended = run(node, 'halctl', ['status'])
    expect(ended.status).toBe(3)
    expect(JSON.parse(ended.stdout)).toMatchObject({
      argv: ['status'],
      node: await realpath(process.execPath),
    })
  })

  it('dies of the signal that ended the real program', async () => {
    await install(folder, 'src/main.ts')
    await bundleNode()
    const child = spawn(node, [join(folder, 'bin/halctl.js'), 'wait'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    child.stdout.once('data', () => child.kill('SIGTERM'))
    const signal = await new Promise((resolve) => child.once('exit', (_, by) => resolve(by)))
    expect(signal).toBe('SIGTERM')
  })

  it('says in two lines which Node is needed and where to get it', async () => {
    await install(folder, 'dist/main.js')
    const ended = run(node, 'halctl', ['status'])
    expect(ended.status).toBe(1)
    expect(ended.stderr.split('\n')).toEqual([
      expect.stringMatching(/^halctl needs Node 24 or newer, this is \d+\.\d+\.\d+ \(.*\)\.$/u),
      expect.stringContaining('`npm ci`'),
      '',
    ])
  })

  async function bundleNode(): Promise<void> {
    await mkdir(join(folder, 'node_modules/node/bin'), { recursive: true })
    await symlink(await realpath(process.execPath), join(folder, 'node_modules/node/bin/node'))
  }
})

async function install(at: string, mainFile: string): Promise<void> {
  await cp(join(root, 'bin'), join(at, 'bin'), { recursive: true })
  await write('package.json', '{ "type": "module" }')
  await write(mainFile, main)
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

function run(node: string, program: string, args: readonly string[], options: SpawnSyncOptions = {}) {
  return spawnSync(node, [join(folder, `bin/${program}.js`), ...args], { ...options, encoding: 'utf8' })
}

/** The first Node below 24 on the PATH: npm puts the one of this project in front of it. */
function findOldNode(): string | undefined {
  const path = spawnSync('which', ['-a', 'node'], { encoding: 'utf8' }).stdout ?? ''
  return path
    .split('\n')
    .find(
      (node) =>
        node !== '' &&
        Number(/^v(\d+)/u.exec(spawnSync(node, ['-v'], { encoding: 'utf8' }).stdout)?.[1]) < 24,
    )
}
