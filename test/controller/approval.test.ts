import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { createMemoryWorld } from '../../src/simulate/memory-world.ts'
import { approveFile, companyFiles } from '../simulate/company.ts'

const templates = await readDefaultTemplates()

/** A wave that waits for a person, with its open pull request. */
async function waitingWave() {
  const world = await createMemoryWorld({
    start: 1_795_000_000,
    templates,
    catalog: companyFiles(
      [{ name: 'devel', clusters: 1, mode: 'manual' }],
      [{ name: 'shop', version: '1.0.0' }],
    ),
  })
  const running = world.startController()
  await running.controller.step()
  const [pull] = await running.forge.list()
  if (!pull) throw new Error('no pull request waits')
  return { world, running, pull }
}

test('a wave of a manual group waits as an open pull request, the same one at every step', async () => {
  const { world, running, pull } = await waitingWave()
  await world.clock.advanceTo(world.clock.now() + 3600)
  await running.controller.step()
  expect(await running.forge.list()).toEqual([pull])
  expect(await running.forge.get(pull.number)).toMatchObject({ status: { state: 'pending' } })
})

test('it merges at the step after a person approved its head', async () => {
  const { running, pull } = await waitingWave()
  await running.forge.approve(pull.number, 'ana@example.com')
  await running.controller.step()
  expect(await running.forge.get(pull.number)).toMatchObject({ state: 'merged', headSha: pull.headSha })
})

test('commits of another on its branch are never merged, approved or not', async () => {
  const { world, running, pull } = await waitingWave()
  const ref = `refs/heads/${pull.branch}`
  const [foreign] = await world.fleet.writeCommits([
    {
      parent: pull.headSha,
      changes: [{ path: 'clusters/devel-0/apps/shop/shop.yaml', text: 'kind: Other\n' }],
      message: 'Slip something in',
      author: { name: 'Eve', email: 'eve@example.com' },
      time: world.clock.now(),
    },
  ])
  await world.fleet.updateRefs([{ ref, expected: pull.headSha, to: foreign }])
  await running.forge.approve(pull.number, 'eve@example.com')
  await running.controller.step()
  expect(await running.forge.get(pull.number)).toMatchObject({ state: 'open', headSha: foreign })
  expect([...(await world.fleetTree('clusters')).keys()]).not.toContain(
    'clusters/devel-0/apps/shop/shop.yaml',
  )
})

test('an Approve order with the digest that its pull request shows merges it, another does not', async () => {
  const { world, running, pull } = await waitingWave()
  const [, digest = ''] = /--digest (sha256:[0-9a-f]{64})/.exec(pull.body) ?? []
  expect(pull.body).toContain(`halctl approve shop --group devel --digest ${digest}`)
  await world.mergeIntoCatalog(new Map([approveFile('wrong', `sha256:${'0'.repeat(64)}`)]), 'Approve')
  await running.controller.step()
  expect(await running.forge.get(pull.number)).toMatchObject({ state: 'open' })
  await world.mergeIntoCatalog(new Map([approveFile('right', digest)]), 'Approve')
  await running.controller.step()
  expect(await running.forge.get(pull.number)).toMatchObject({ state: 'merged', headSha: pull.headSha })
})
