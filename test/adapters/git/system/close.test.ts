import { execa } from 'execa'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const system = new URL('../../../../src/adapters/git/system.ts', import.meta.url)

it('ends a repository that was still asked something, in a process that has nothing else to do', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'halyard-close-')), 'some.git')
  const program = `
    const { initRepository } = await import(${JSON.stringify(system.href)})
    const repository = await initRepository(${JSON.stringify(path)}, { branch: 'main' })
    const [oid] = await repository.writeBlobs(['text'])
    await repository.readBlobs([oid])
    const asked = repository.readBlobs([oid])
    await repository.close()
    console.log('closed', await asked)`
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', program])
  expect(stdout).toContain('closed')
})
