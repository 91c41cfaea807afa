import { execa } from 'execa'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { openRepository } from '../../src/adapters/git/system.ts'
import { exampleFiles, smallCompany, writeFiles } from './example-files.ts'

const program = join(import.meta.dirname, '../../bin/halyard.js')
const kills = 20
let company = ''

/** The small example company, with releases, a bad one and a new cluster; a story that needs no minutes. */
beforeAll(async () => {
  company = await newFolder()
  await writeFiles(join(company, 'catalog'), await smallCompany())
  const folders = ['01-payments-1.4.3', '02-checkout-2.0.0', '03-catalog-web-0.19.0', '05-prod-euw4-02']
  for (const folder of folders)
    await writeFiles(join(company, 'story', folder), await exampleFiles(`story/${folder}`))
  const author = { name: 'Ana Ito', email: 'ana@example.com' }
  const steps = folders.map((folder, index) => ({
    folder,
    author,
    message: folder,
    ...(index === 0 ? { after: 'settled' } : { delay: 90 }),
  }))
  // JSON is YAML.
  await writeFiles(join(company, 'story'), new Map([['story.yaml', JSON.stringify(steps)]]))
})

test('a run killed twenty times by kill -9 ends in the clusters/ tree of a run that was not', async () => {
  const whole = await newFolder()
  await start(whole)
  const killed = await newFolder()
  let struck = 0
  for (let attempt = 0; attempt < kills; attempt++) struck += (await startAndKill(killed, attempt)) ? 1 : 0
  await start(killed)

  expect(struck).toBe(kills)
  expect(await clustersTree(killed)).toEqual(await clustersTree(whole))
}, 240_000)

function start(folder: string) {
  return execa(process.execPath, [
    program,
    'demo',
    '--dir',
    folder,
    '--company',
    company,
    '--speed',
    '600',
    '--port',
    '0',
    '--exit-when-settled',
  ])
}

/** Kills the process a while after it began to work, each time another while; false when it had ended before. */
async function startAndKill(folder: string, attempt: number): Promise<boolean> {
  const running = start(folder)
  const outcome = running.then(
    () => false,
    () => true,
  )
  await new Promise((resolve) => running.stdout.once('data', resolve))
  await sleep(120 + ((attempt * 173) % 500))
  running.kill('SIGKILL')
  return outcome
}

async function clustersTree(folder: string): Promise<readonly string[]> {
  const repository = await openRepository(join(folder, 'fleet.git'))
  const head = await repository.resolve('refs/heads/main')
  const entries = head ? await repository.tree(head, 'clusters') : []
  await repository.close()
  expect(entries.length).toBeGreaterThan(100)
  return entries.map(({ path, oid }) => `${oid} ${path}`)
}

async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'halyard-kill-'))
}
