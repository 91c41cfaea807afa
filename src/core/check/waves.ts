import type { Catalog } from '../domain/catalog.ts'
import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { FieldPath, Finding } from '../domain/finding.ts'
import type { Share } from '../domain/share.ts'

/** Waves take clusters and ascend to 100 %. Counts and percentages are compared among themselves: how they mix depends on the targets. */
export function checkWaves({ groups }: Catalog): readonly Finding[] {
  return groups.flatMap((group) => [...checkSizes(group), ...checkOrder(group), ...checkLast(group)])
}

/** Planning would raise such a wave to one cluster, which is not what was written. */
function checkSizes(group: DeploymentGroup): readonly Finding[] {
  return group.strategy.waves.flatMap((wave, index) => {
    if (sizeOf(wave) > 0) return []
    const message = `wave ${index + 1} (${show(wave)}) takes no cluster`
    return [errorOf(group, ['waves', index], message, 'write how many it takes, such as 1 or 10%')]
  })
}

function checkOrder(group: DeploymentGroup): readonly Finding[] {
  const { waves } = group.strategy
  return waves.flatMap((wave, index) => {
    const before = waves.slice(0, index).findLast(({ kind }) => kind === wave.kind)
    if (before === undefined || sizeOf(before) < sizeOf(wave)) return []
    const message = `wave ${index + 1} (${show(wave)}) is not larger than ${show(before)} before it`
    return [
      errorOf(
        group,
        ['waves', index],
        message,
        'write the waves in ascending order; each includes the ones before it',
      ),
    ]
  })
}

function checkLast(group: DeploymentGroup): readonly Finding[] {
  const { waves } = group.strategy
  const last = waves.at(-1)
  if (last !== undefined && show(last) === '100%') return []
  const message = `the last wave is ${last === undefined ? 'missing' : show(last)}, so releases never reach every cluster`
  return [errorOf(group, ['waves', Math.max(waves.length - 1, 0)], message, 'end the waves with 100%')]
}

function errorOf(
  { name, file }: DeploymentGroup,
  field: FieldPath,
  message: string,
  remedy: string,
): Finding {
  return {
    severity: 'error',
    scope: { kind: 'group', name },
    file,
    field: ['spec', 'strategy', ...field],
    message,
    remedy,
  }
}

function sizeOf(share: Share): number {
  return share.kind === 'count' ? share.count : share.percent
}

function show(share: Share): string {
  return share.kind === 'count' ? String(share.count) : `${share.percent}%`
}
