import type { Catalog } from '../domain/catalog.ts'
import type { Json } from '../domain/cluster.ts'
import type { DeploymentGroup } from '../domain/deployment-group.ts'
import type { Finding } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'
import type { ObjectTemplates } from '../domain/templates.ts'
import type { Seconds } from '../domain/time.ts'
import { isObject } from '../expressions/json-tree.ts'
import { type Bitset, createBitset, intersect, isEmpty, unite } from '../plan/bitset.ts'
import { type Selections, targetedGroups } from './selections.ts'

/** helm-controller's default of `spec.timeout` (api/v2, HelmReleaseSpec). */
const defaultTimeout: Seconds = 300

/** Times are long enough for what must happen in them. */
export function checkDeadlines(catalog: Catalog, selections: Selections): readonly Finding[] {
  return [
    ...checkSilence(catalog),
    ...checkGroups(catalog, selections),
    ...checkKustomizations(catalog, selections),
  ]
}

function checkSilence({ settings }: Catalog): readonly Finding[] {
  if (settings.silentAfter > 0) return []
  return [
    {
      severity: 'error',
      scope: { kind: 'catalog' },
      file: settings.file,
      field: ['spec', 'silentAfter'],
      message: 'a silentAfter of 0 makes every cluster count as silent, so that nothing moves',
      remedy: 'write how long a cluster may report nothing, such as 10m',
    },
  ]
}

function checkGroups({ groups, templates, clusters }: Catalog, selections: Selections): readonly Finding[] {
  const targeted = createBitset(clusters.length)
  for (const targets of selections.targets.values()) unite(targeted, targets)
  const limits = readTimeouts(templates)
  return groups.flatMap((group) => {
    if (group.strategy.deadline === 0) return [noDeadline(group)]
    const isLongEnough = group.strategy.deadline >= limits.upgrade + limits.rollback
    return isLongEnough || !overlaps(selections.members.get(group.name), targeted)
      ? []
      : [shortDeadline(group, limits)]
  })
}

/** A kustomize payload's apply and its health checks end before the group judges it; only newest versions come anywhere. */
function checkKustomizations(
  { groups, versions, templates }: Catalog,
  selections: Selections,
): readonly Finding[] {
  const usual = timeoutOf(templates.objects['service-kustomization']['spec'])
  return [...versions.values()].flatMap((list) => {
    const newest = list.at(-1)
    if (newest?.payload.kind !== 'kustomize') return []
    const own = newest.payload.kustomize.timeout
    const limit = own === undefined ? usual : parseGoDuration(own)
    const targeted = targetedGroups(newest.service, selections)
    const tooShort = groups.filter(
      ({ name, strategy: { deadline } }) =>
        targeted.has(name) && deadline > 0 && limit !== undefined && limit > deadline,
    )
    const [tightest] = tooShort.toSorted((a, b) => a.strategy.deadline - b.strategy.deadline)
    return tightest && limit !== undefined ? [longTimeout(newest, limit, own !== undefined, tightest)] : []
  })
}

function longTimeout(
  { service, file }: ServiceVersion,
  limit: Seconds,
  isOwn: boolean,
  { name, strategy }: DeploymentGroup,
): Finding {
  const deadline = formatSeconds(strategy.deadline)
  const whose = isOwn ? 'the timeout' : 'the timeout of templates/service-kustomization.yaml'
  return {
    severity: 'error',
    scope: { kind: 'service', name: service },
    file,
    field: ['spec', 'kustomize', ...(isOwn ? ['timeout'] : [])],
    message: `${whose}, ${formatSeconds(limit)}, is longer than the deadline of deployment group ${name}, ${deadline}: it would be judged before Flux has`,
    remedy: `write a timeout of at most ${deadline}, or raise spec.strategy.deadline of ${name}`,
  }
}

function noDeadline(group: DeploymentGroup): Finding {
  const message = 'a deadline of 0 fails every cluster at once'
  return errorOf(group, message, 'write how long a release may take to become healthy')
}

interface Timeouts {
  readonly upgrade: Seconds
  readonly rollback: Seconds
}

/** A cluster that mends itself must have done so before Halyard judges it. */
function shortDeadline(group: DeploymentGroup, { upgrade, rollback }: Timeouts): Finding {
  const needed = formatSeconds(upgrade + rollback)
  const message =
    `the deadline of ${formatSeconds(group.strategy.deadline)} is shorter than a failing upgrade and its ` +
    `rollback may take: ${formatSeconds(upgrade)} + ${formatSeconds(rollback)} = ${needed}`
  const remedy = `raise the deadline to ${needed}, or lower spec.timeout in templates/helm-release.yaml`
  return errorOf(group, message, remedy)
}

function errorOf({ name, file }: DeploymentGroup, message: string, remedy: string): Finding {
  const field = ['spec', 'strategy', 'deadline']
  return { severity: 'error', scope: { kind: 'group', name }, file, field, message, remedy }
}

function overlaps(members: Bitset | undefined, targeted: Bitset): boolean {
  if (members === undefined) return false
  const common = members.slice()
  intersect(common, targeted)
  return !isEmpty(common)
}

/** What the HelmRelease skeleton gives an upgrade and a rollback; an action's own timeout wins. */
function readTimeouts({ objects }: ObjectTemplates): Timeouts {
  const spec = objects['helm-release']['spec']
  const common = timeoutOf(spec) ?? defaultTimeout
  const of = (action: string): Seconds => timeoutOf(isObject(spec) ? spec[action] : undefined) ?? common
  return { upgrade: of('upgrade'), rollback: of('rollback') }
}

function timeoutOf(settings: Json | undefined): Seconds | undefined {
  const written = isObject(settings) ? settings['timeout'] : undefined
  return typeof written === 'string' ? parseGoDuration(written) : undefined
}

const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 }

/** A duration as Flux reads it (`1h30m`, `90s`) in whole seconds, rounded up; undefined: not one. */
function parseGoDuration(duration: string): Seconds | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(duration)) return undefined
  const parts = [...duration.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  return Math.ceil(
    parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? ''] ?? 0), 0),
  )
}

/** `1h30m`, `20s`, as documents write durations. */
export function formatSeconds(seconds: Seconds): string {
  const parts: readonly [number, string][] = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor(seconds / 60) % 60, 'm'],
    [seconds % 60, 's'],
  ]
  const written = parts.flatMap(([amount, unit]) => (amount === 0 ? [] : [`${amount}${unit}`]))
  return written.join('') || '0s'
}
