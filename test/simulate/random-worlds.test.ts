import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDefaultTemplates } from '../../src/adapters/catalog/templates.ts'
import type { Gate } from '../../src/core/plan/service-plan.ts'
import { stories, type Story, tellStory } from './random-story.ts'

/** More and others for a longer search: `HALYARD_WORLDS=2000 HALYARD_SEED=7 npx vitest run test/simulate/random-worlds.test.ts`. */
const worlds = Number(process.env['HALYARD_WORLDS'] ?? 60)
const templates = await readDefaultTemplates()

/** What is wrong with how a story ends; empty: nothing. */
async function faultsOf(story: Story): Promise<readonly string[]> {
  const { world, running, violations } = await tellStory(story, templates)
  const view = running.controller.view()
  const restless = [...(view?.plans.values() ?? [])].flatMap(({ service, groups }) =>
    groups
      .filter(({ state }) => !['proven', 'rejected', 'halted', 'idle'].includes(state))
      .filter(({ state, waitsFor }) => state !== 'waiting' || !waitsFor.every(isForPeople))
      // What waits for another service may wait for ever, and says so.
      .filter(({ waitsFor }) => waitsFor.length === 0 || waitsFor.some(({ gate }) => gate !== 'requires'))
      .map(({ group, state }) => `${service} in ${group} is ${state}`),
  )
  const open = await running.forge.list()
  const branches = await world.fleet.refs('refs/heads/halyard/')
  return [
    ...violations.map(({ rule, text }) => `${rule}: ${text}`),
    ...(view?.catalog.findings ?? []).map(({ message }) => `the catalog is wrong: ${message}`),
    ...restless,
    ...open.map(({ title }) => `left open: ${title}`),
    ...[...branches.keys()].map((branch) => `left behind: ${branch}`),
  ]
}

/** What was rejected upstream comes no further until someone mends it; what is not proven there yet is looked at there. */
function isForPeople({ gate, reason }: Gate): boolean {
  return gate === 'promotion' && /( was (rejected|halted) in | is not proven in )/.test(reason)
}

test(
  'whatever happens, the rules hold and everything comes to rest',
  { timeout: 60_000 + worlds * 1000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(stories, async (story) => {
        expect(await faultsOf(story)).toEqual([])
      }),
      { numRuns: worlds, interruptAfterTimeLimit: 30_000 + worlds * 500, markInterruptAsFailure: true },
    )
  },
)

test('two runs of one story write the same bytes', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const [one, other] = [await tellStory(story, templates), await tellStory(story, templates)]
      expect(other.world.fleet.heads.get('refs/heads/main')).toBe(
        one.world.fleet.heads.get('refs/heads/main'),
      )
    }),
    { numRuns: 5 },
  )
})
