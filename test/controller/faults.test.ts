import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { readStatus } from '../../src/adapters/fleet/status.ts'
import { createMemoryClone } from '../../src/adapters/git/memory.ts'
import { FaultError, watchEffects } from '../../src/simulate/faults.ts'
import { createMemoryWorld, type MemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { companyFiles, holdFile, versionFile } from '../simulate/company.ts'

const templates = await readDefaultTemplates()
const start = 1_795_000_000

/** One cluster and one service; `fault` names the effect that fails, once, when it is set. */
async function smallWorld(mode: 'auto' | 'manual' = 'auto') {
  const fault: { next: string | undefined } = { next: undefined }
  const world = await createMemoryWorld({
    start,
    templates,
    catalog: companyFiles([{ name: 'devel', clusters: 1, mode }], [{ name: 'shop', version: '1.0.0' }]),
    disturb: (ground) =>
      watchEffects(ground, {
        before: (effect) => {
          if (fault.next === undefined || !effect.name.includes(fault.next)) return
          fault.next = undefined
          throw new FaultError('before', effect)
        },
        after: () => {},
      }),
  })
  const merge = (...files: readonly (readonly [string, string | undefined])[]): Promise<void> =>
    world.mergeIntoCatalog(new Map(files), 'Change the catalog')
  return { world, merge, fault, running: world.startController() }
}

async function acknowledged(world: MemoryWorld): Promise<readonly string[] | undefined> {
  return (await readStatus(createMemoryClone(world.fleet)))?.acknowledged
}

test('a Hold whose acknowledgement could not be published is acknowledged by the next step', async () => {
  const { world, merge, fault, running } = await smallWorld()
  await settle(world, running)
  await merge(holdFile('stop', {}))
  fault.next = 'push refs/halyard/status'
  await expect(running.controller.step()).rejects.toThrow(FaultError)
  expect(await acknowledged(world)).toEqual([])
  await running.controller.step()
  expect(await acknowledged(world)).toEqual(['stop'])
})

test('a pull request that was ready to merge when a step failed is closed before a Hold is acknowledged', async () => {
  const { world, merge, fault, running } = await smallWorld()
  await settle(world, running)
  await merge(versionFile('shop', '1.1.0'))
  fault.next = 'updateRefs refs/heads/main'
  await expect(running.controller.step()).rejects.toThrow(FaultError)
  expect(await running.forge.list()).toHaveLength(1)
  await merge(holdFile('stop', {}))
  await running.controller.step()
  expect(await acknowledged(world)).toEqual(['stop'])
  expect(await running.forge.list()).toEqual([])
})

test('a pull request that waits for approval is closed when a newer version takes its place', async () => {
  const { world, merge, running } = await smallWorld('manual')
  await running.controller.step()
  expect((await running.forge.list()).map(({ title }) => title)).toEqual([
    'shop 1.0.0 → devel wave 1/1 (1 cluster)',
  ])
  await merge(versionFile('shop', '1.1.0'))
  await world.clock.advance(1)
  await running.controller.step()
  expect((await running.forge.list()).map(({ title }) => title)).toEqual([
    'shop 1.1.0 → devel wave 1/1 (1 cluster)',
  ])
})
