import type { OpenedWave, Rollout } from '../core/domain/rollout.ts'
import type { World } from './assemble.ts'
import type { CommitFacts } from './commit-facts.ts'

/** What one pull request may hold by the settings, unless it goes back. */
export function mostClustersOf(running: World | undefined): number {
  const settings = running?.controller.view()?.catalog.targets.catalog.settings
  return settings?.pullRequests.maxClusters ?? Infinity
}

/** What is wrong with a wave's part; undefined: nothing. */
export function partProblem({ rollouts, placements }: CommitFacts, mostClusters: number): string | undefined {
  const [rollout] = rollouts
  const [waves, earlier] = [wavesOf(rollout?.after), wavesOf(rollout?.before)]
  const { part = 1, parts = 1, quota = 0 } = waves.at(-1) ?? {}
  if (placements.length > mostClusters) return `${placements.length} clusters in one pull request`
  if (part > parts) return `part ${part} of ${parts}`
  return part === 1 ? undefined : sequenceProblem({ part, quota, wave: waves.length }, earlier)
}

function sequenceProblem(
  { part, quota, wave }: { readonly part: number; readonly quota: number; readonly wave: number },
  earlier: readonly OpenedWave[],
): string | undefined {
  const { part: before = 1, quota: opened } = earlier.at(-1) ?? {}
  if (earlier.length !== wave || before !== part - 1)
    return `part ${part} does not follow part ${before} of the same wave`
  return opened === quota ? undefined : `the quota goes from ${opened} to ${quota} within a wave`
}

function wavesOf(rollout: Rollout | undefined): readonly OpenedWave[] {
  return rollout?.current?.waves ?? []
}
