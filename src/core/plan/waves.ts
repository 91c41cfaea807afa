import type { OpenedWave } from '../domain/rollout.ts'
import { type Share, shareOf } from '../domain/share.ts'

/**
 * The cumulative quotas of a rollout's waves over `total` placements: opened waves keep the quota they were
 * opened with, later ones follow from the shares, rounded down, at least 1, at most `total`, only rising. Shares
 * are of the placements that count: the `excused` ones, which do not, come on top.
 */
export function waveQuotas(
  shares: readonly Share[],
  total: number,
  opened: readonly OpenedWave[],
  excused = 0,
): readonly number[] {
  const quotas = opened.map((wave) => wave.quota)
  let last = quotas.at(-1) ?? 0
  for (const share of shares) {
    const quota = Math.min(total, excused + Math.max(1, shareOf(share, total - excused)))
    if (quota <= last) continue
    quotas.push(quota)
    last = quota
  }
  return quotas
}

/** A wave that is larger than a pull request may be comes in parts: whether all of them were opened. */
export function isWhole({ part = 1, parts = 1 }: OpenedWave): boolean {
  return part >= parts
}

/** The last wave, while parts of it are still to be opened and its quota has room for them. */
export function partsLeft(waves: readonly OpenedWave[], taken: number): OpenedWave | undefined {
  const last = waves.at(-1)
  return last && !isWhole(last) && last.quota > taken ? last : undefined
}

/** The error budget of a wave: how many of its placements may fail. The first wave has none. */
export function budgetOf(share: Share, wave: number, quota: number): number {
  return wave <= 1 ? 0 : shareOf(share, quota)
}
