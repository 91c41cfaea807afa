import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitRepository } from '../../src/adapters/git/port.ts'
import { initRepository } from '../../src/adapters/git/system.ts'
import { type ApiServer, startApiServer } from '../adapters/flux/kubernetes/api-server.ts'
import { writeKubeconfig } from '../adapters/flux/kubernetes/observing.ts'
import { smallCompany } from '../simulate/example-files.ts'

const main = 'refs/heads/main'
const program = resolve(import.meta.dirname, '../../bin/halyard.js')
const name = 'devel-euw1-01'

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

let folder: string
let catalog: GitRepository
let fleet: GitRepository
let api: ApiServer
let running: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'run-'))
  catalog = await initRepository(join(folder, 'catalog.git'), { branch: 'main' })
  fleet = await initRepository(join(folder, 'fleet.git'), { branch: 'main' })
  const files = await smallCompany()
  for (const path of files.keys())
    if (path.startsWith('clusters/') && !path.includes(name)) files.delete(path)
  await commit(catalog, files)
  await commit(fleet, new Map([['README.md', 'Written by Halyard.\n']]))
  api = await startApiServer()
  await mkdir(join(folder, 'kubeconfigs'))
  await writeKubeconfig(join(folder, 'kubeconfigs', `${name}.kubeconfig`), api.url)
})
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL')
  running = []
  await Promise.all([api.close(), catalog.close(), fleet.close()])
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
})

async function commit(repository: GitRepository, files: ReadonlyMap<string, string>): Promise<void> {
  const changes = [...files].map(([path, text]) => ({ path, text }))
  const author = { name: 'Ana Ito', email: 'ana@example.com' }
  const time = Math.floor(Date.now() / 1000)
  const [to] = await repository.writeCommits([{ parent: undefined, changes, message: 'Begin', author, time }])
  if (to === undefined) throw new Error('nothing was committed')
  await repository.updateRefs([{ ref: main, expected: undefined, to }])
}

function start(...more: readonly string[]): {
  child: ChildProcess
  ended: Promise<Ended>
  told(text: RegExp): Promise<RegExpExecArray>
} {
  const given = {
    '--catalog': join(folder, 'catalog.git'),
    '--fleet': join(folder, 'fleet.git'),
    '--state': join(folder, 'state'),
    '--kubeconfigs': join(folder, 'kubeconfigs'),
  }
  const args = Object.entries(given).flatMap(([option, value]) =>
    more.includes(option) ? [] : [option, value],
  )
  const child = spawn(process.execPath, [program, 'run', ...args, ...more], { cwd: folder })
  running.push(child)
  let output = ''
  let errors = ''
  const listeners = new Set<() => void>()
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    for (const listener of listeners) listener()
  })
  child.stderr.on('data', (chunk: Buffer) => void (errors += chunk.toString()))
  const ended = new Promise<Ended>((done) => child.on('close', (code) => done({ code, output, errors })))
  const told = async (text: RegExp): Promise<RegExpExecArray> =>
    new Promise((found, failed) => {
      const look = (): void => {
        const match = text.exec(output)
        if (match) found(match)
      }
      listeners.add(look)
      look()
      void ended.then(() => failed(new Error(`ended without it: ${output}${errors}`)))
    })
  return { child, ended, told }
}

async function fleetPaths(): Promise<readonly string[]> {
  const head = (await fleet.resolve(main)) ?? ''
  return (await fleet.tree(head, 'clusters')).map(({ path }) => path)
}

describe('halyard run', () => {
  it('brings a cluster that it hears to main of a local fleet, and ends where nothing is left to do', async () => {
    const { code, output, errors } = await start('--once').ended
    expect(errors).toBe('')
    expect(code).toBe(0)
    expect(output).toContain('halyard runs on 1 clusters')
    expect(output).toMatch(new RegExp(`bootstrapped .*${name}`))
    expect(await fleetPaths()).toContain(`clusters/${name}/apps/shop/catalog-web.yaml`)
  })

  it('serves the dashboard, ends by SIGTERM with 0, and gives up its lease', async () => {
    const { child, ended, told } = start('--listen', '127.0.0.1:0')
    const [, url] = await told(/dashboard at (\S+)/)
    await told(/bootstrapped/)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    child.kill('SIGTERM')
    const { code, output } = await ended
    expect(code).toBe(0)
    expect(output).toMatch(/stopped\n$/)
    const again = await start('--once', '--state', join(folder, 'another')).ended
    expect(again.code).toBe(0)
  })

  it('goes on where it was killed', async () => {
    const first = start()
    await first.told(/bootstrapped/)
    first.child.kill('SIGKILL')
    await first.ended
    const { code, output } = await start('--once').ended
    expect(code).toBe(0)
    expect(output).not.toContain('bootstrapped')
  })

  it('tells of a cluster without a credential and goes on', async () => {
    await rm(join(folder, 'kubeconfigs', `${name}.kubeconfig`))
    const { code, output } = await start('--once').ended
    expect(code).toBe(0)
    expect(output).toContain(`clusterUnreachable ${name}  has no usable credential`)
    expect(output).toContain(`${name}.kubeconfig does not exist`)
  })

  it('refuses a remote fleet without a forge, with what to do', async () => {
    const { code, errors } = await start('--once', '--fleet', 'https://git.example.com/fleet.git').ended
    expect(code).toBe(1)
    expect(errors).toContain('no forge is known for https://git.example.com/fleet.git')
    expect(errors).toContain('spec.fleet.forge')
  })

  it('refuses a folder of state that another run uses, and places that do not exist', async () => {
    const first = start()
    await first.told(/halyard runs/)
    expect(await start('--once').ended).toMatchObject({ code: 1, errors: expect.stringContaining('another') })
    const missing = await start('--once', '--kubeconfigs', join(folder, 'nowhere')).ended
    expect(missing).toMatchObject({ code: 1, errors: expect.stringContaining('nowhere does not exist') })
  })

  it('says how it is used', async () => {
    expect(await start('--listen', 'everywhere').ended).toMatchObject({
      code: 2,
      errors: expect.stringContaining('127.0.0.1:8080'),
    })
  })
})
