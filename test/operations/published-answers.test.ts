import { beforeAll, expect, it } from 'vitest'
import { readStatus } from '../../src/adapters/fleet/status.ts'
import { createMemoryClone } from '../../src/adapters/git/memory.ts'
import { blobId } from '../../src/core/render/blob-id.ts'
import { explain } from '../../src/operations/explain.ts'
import { summaryShape } from '../../src/operations/published-answers.ts'
import { serviceStatusShape, status } from '../../src/operations/status.ts'
import { withoutPublished, type Workspace } from '../../src/operations/workspace.ts'
import { createExampleWorld, type ExampleWorld, openExample } from './example-world.ts'

let example: ExampleWorld
let published: Workspace
let computed: Workspace

beforeAll(async () => {
  example = await createExampleWorld()
  published = await openExample(example, { published: true })
  computed = await openExample(example)
})

/** Fails instead of reading the fleet or the catalog. */
function publishedOnly(workspace: Workspace): Workspace {
  const refuse = async (): Promise<never> => {
    throw new Error('the repositories were read')
  }
  return { ...workspace, planning: refuse, fleet: refuse, catalog: refuse }
}

it('is published for the commits that the computed answers speak of', async () => {
  const found = await readStatus(createMemoryClone(example.world.fleet))
  expect(found?.catalogCommit).toBe(await example.world.catalog.resolve('refs/heads/main'))
  expect(found?.fleetCommit).toBe(await example.world.fleet.resolve('refs/heads/main'))
})

it('answers the status of all services as it would be computed', async () => {
  expect(await status.handler(publishedOnly(published), {})).toEqual(await status.handler(computed, {}))
})

it('answers the status of one service as it would be computed', async () => {
  const input = { service: 'checkout' }
  const answer = await status.handler(publishedOnly(published), input)
  expect(answer).toEqual(await status.handler(computed, input))
  expect(answer.services.map(({ service }) => service)).toEqual(['checkout'])
})

it('explains every service in each group and on every cluster as it would be computed', async () => {
  const { services, clusters } = (await computed.catalog()).snapshot.catalog
  for (const service of services.keys()) {
    for (const cluster of [undefined, ...clusters.map(({ name }) => name)]) {
      const input = cluster === undefined ? { service } : { service, cluster }
      const answer = await explain.handler(publishedOnly(published), input)
      expect(answer, `${service} ${cluster}`).toEqual(await explain.handler(computed, input))
    }
  }
})

it('computes what is not published: another service, another cluster', async () => {
  await expect(status.handler(published, { service: 'paymets' })).rejects.toThrow('there is no service')
  await expect(explain.handler(published, { service: 'payments', cluster: 'nowhere' })).rejects.toThrow(
    'there is no cluster',
  )
  await expect(explain.handler(publishedOnly(published), { service: 'paymets' })).rejects.toThrow(
    'the repositories were read',
  )
})

it('computes when the last publication is too old, or when asked to', async () => {
  const found = await published.published()
  const at = found?.status.publishedAt ?? 0
  const old = publishedOnly(await openExample({ ...example, now: at + 181 }, { published: true }))
  await expect(status.handler(old, {})).rejects.toThrow('the repositories were read')
  const recent = publishedOnly(await openExample({ ...example, now: at + 180 }, { published: true }))
  await expect(status.handler(recent, {})).resolves.toMatchObject({ publishedBy: found?.status.holder })
  await expect(status.handler(withoutPublished(publishedOnly(published)), {})).rejects.toThrow(
    'the repositories were read',
  )
})

it('names the shape of its summaries by their schema, so that none is read as another', () => {
  expect(summaryShape).toBe(blobId(JSON.stringify(serviceStatusShape)))
})
