import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import { formatInstant } from '../../src/core/domain/time.ts'
import { watchEffects } from '../../src/simulate/faults.ts'
import { createMemoryWorld, type MemoryWorld, settle } from '../../src/simulate/memory-world.ts'
import { approveFile, clusterFile, companyFiles } from '../simulate/company.ts'

const templates = await readDefaultTemplates()

function freezeFile(from: number): [string, string] {
  const spec = { from: formatInstant(from), reason: 'the busiest days' }
  const freeze = { apiVersion: 'halyard.dev/v1', kind: 'Freeze', metadata: { name: 'busy' }, spec }
  return ['directives/busy.yaml', JSON.stringify(freeze)]
}

test('a freeze that begins while a pull request is opened keeps it from emptying a cluster', async () => {
  const freezing: { at: number | undefined } = { at: undefined }
  const world: MemoryWorld = await createMemoryWorld({
    start: 1_795_000_000,
    templates,
    catalog: companyFiles([{ name: 'prod', clusters: 2 }], [{ name: 'shop', version: '1.0.0' }]),
    disturb: (ground) =>
      watchEffects(ground, {
        before: () => {},
        after: ({ name }) => {
          if (freezing.at === undefined || !name.includes('refs/halyard/pulls/')) return
          void world.clock.advanceTo(freezing.at)
          freezing.at = undefined
        },
      }),
  })
  const merge = (...files: readonly (readonly [string, string])[]): Promise<void> =>
    world.mergeIntoCatalog(new Map(files), 'Change the catalog')
  const running = world.startController()
  await settle(world, running)
  await merge(clusterFile('prod-1', 'prod', 'small', true))
  await settle(world, running)
  const digest = running.controller.view()?.emptyings[0]?.digest ?? ''
  freezing.at = world.clock.now() + 60
  await merge(approveFile('approve', digest), freezeFile(freezing.at))
  await running.controller.step()
  expect(freezing.at).toBeUndefined()
  expect([...(await world.fleetTree('clusters')).keys()]).toContain('clusters/prod-1/apps/shop/shop.yaml')
})
