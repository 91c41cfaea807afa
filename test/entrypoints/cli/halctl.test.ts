import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createExampleWorld, writeExample } from '../../operations/example-world.ts'
import { halctl as run, program, type Run, scratchFolder } from './real-halctl.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** A folder as the demo leaves it: `.halyard/catalog.git` and `.halyard/fleet.git`. */
let folder: string

beforeAll(async () => {
  folder = (await scratchFolder()).path
  await writeExample(await createExampleWorld(), join(folder, '.halyard'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

const halctl = async (args: readonly string[], cwd = folder, env?: NodeJS.ProcessEnv): Promise<Run> =>
  run(cwd, args, env)

describe('halctl', () => {
  it('finds the repositories of the demo in the working directory', async () => {
    const { stdout, stderr, exitCode } = await halctl(['status'])
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 })
    expect(stdout).toMatch(/^payments +prod +1\.4\.3 +rolling +2\/3 +3\/3 /m)
    expect(stdout).toMatch(/^checkout +prod-canary +2\.0\.0 +rejected /m)
  })

  it('explains why a cluster waits', async () => {
    const { stdout } = await halctl(['explain', 'payments', '-o', 'json'])
    expect(JSON.parse(stdout)).toMatchObject({
      answers: [{ group: 'devel' }, { group: 'prod-canary' }, { group: 'prod', waitsFor: '1.4.3' }],
    })
  })

  it('reads a folder as it lies on the disk, without Git', async () => {
    const catalog = await exampleFolder('edited')
    await writeFile(join(catalog, 'clusters/broken.yaml'), 'kind: Cluster\n  nope: [')
    const { stdout, exitCode } = await halctl(['validate', '--catalog', catalog])
    expect(stdout).toContain('clusters/broken.yaml:')
    expect(stdout).toMatch(/\d+ errors?/)
    expect(exitCode).toBe(1)
  })

  it('finds halyard.yaml above the working directory, and the fleet from the environment', async () => {
    const catalog = await exampleFolder('nested')
    const { stdout, exitCode } = await halctl(['status', 'ledger'], join(catalog, 'services/ledger'), {
      HALYARD_FLEET: join(folder, '.halyard/fleet.git'),
    })
    expect(stdout).toContain('owner team-')
    expect(exitCode).toBe(0)
  })

  it('mirrors a repository that is elsewhere into the cache, and finds it there again', async () => {
    const cache = join(folder, 'cache')
    const server = await serveFleet(join(folder, '.halyard'))
    try {
      const args = ['history', '-n', '1', '--fleet', `${server.url}/fleet.git`]
      const first = await halctl(args, folder, { XDG_CACHE_HOME: cache })
      const second = await halctl(args, folder, { XDG_CACHE_HOME: cache })
      expect(first).toMatchObject({ stderr: '', exitCode: 0, stdout: expect.stringContaining('payments') })
      expect(second.stdout).toBe(first.stdout)
      const kept = await readdir(join(cache, 'halyard'))
      expect(kept.filter((name) => name !== 'code')).toEqual([expect.stringMatching(/^[0-9a-f]{16}\.git$/)])
    } finally {
      await server.close()
    }
  })

  it('says what is missing and what to do', async () => {
    const empty = join(folder, 'empty')
    await mkdir(empty, { recursive: true })
    const { stderr, exitCode } = await halctl(['status'], empty)
    expect(stderr).toMatch(/^error: no catalog was found\n {2}give --catalog /)
    expect(exitCode).toBe(1)
  })

  it('says that a path does not exist', async () => {
    const { stderr, exitCode } = await halctl(['status', '--fleet', 'nowhere.git'])
    expect(stderr).toContain(`error: ${join(folder, 'nowhere.git')} does not exist`)
    expect(exitCode).toBe(1)
  })

  it('is quiet when its reader goes away', async () => {
    const child = spawn('sh', ['-c', `"${process.execPath}" "${program}" render payments | head -1`], {
      cwd: folder,
    })
    const { stdout, stderr } = await outputOf(child)
    expect(stdout).toMatch(/^# clusters\//)
    expect(stderr).toBe('')
  })

  it('ends with 130 on Ctrl-C', async () => {
    const child = spawn(process.execPath, [program, 'status', '--watch'], { cwd: folder })
    child.stdout.once('data', () => child.kill('SIGINT'))
    expect((await outputOf(child)).exitCode).toBe(130)
  })
})

async function exampleFolder(name: string): Promise<string> {
  const target = join(folder, name)
  await cp(join(root, 'examples/catalog'), target, { recursive: true })
  return target
}

function outputOf(child: ChildProcess): Promise<Run> {
  const written = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()))
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, ...written })))
}

/** Serves bare repositories as plain files, which git reads as its "dumb" HTTP protocol. */
async function serveFleet(directory: string): Promise<{ url: string; close(): Promise<void> }> {
  await new Promise((resolve) => {
    execFile('git', ['--git-dir', join(directory, 'fleet.git'), 'update-server-info'], resolve)
  })
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    createReadStream(join(directory, path))
      .on('error', () => response.writeHead(404).end())
      .pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
