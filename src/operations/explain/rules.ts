import type { Static } from 'typebox'
import type { ClusterSelector } from '../../core/domain/cluster.ts'
import { releaseId } from '../../core/domain/service-release.ts'
import { withFault } from '../../core/plan/blame.ts'
import { soakOf } from '../../core/plan/orders.ts'
import { rolloutPath } from '../../core/render/paths.ts'
import { placementAt } from '../placements.ts'
import { toMoment, toMomentOfColumn } from '../answer-values.ts'
import { ordinalWord, type Position, positionOf } from './position.ts'
import { fromGate, gateRules } from './gate-rules.ts'
import { moveOf } from './move.ts'
import { neighbourRules } from './neighbour-rules.ts'
import { not, type Rule, yes } from './rule.ts'
import type { answerShape } from './shape.ts'
import type { Refusal, Subject, SubjectPlace } from './subject.ts'

type Answer = Static<typeof answerShape>

/** Every rule that decides about a subject, in the order in which they decide. */
export async function explainSubject(subject: Subject): Promise<Answer> {
  const { planned, cluster, place } = subject
  if (!place) return untargeted(subject)
  const position = cluster && positionOf(planned.input, place, cluster.ordinal)
  const isDone = cluster !== undefined && (place.coming === undefined || position?.kind === 'moved')
  const desired = cluster && placementAt(planned.input, cluster.ordinal).desired
  const waitsFor = isDone ? undefined : place.coming?.version
  const rules = [
    ...clusterRules(subject),
    ...candidateRules(subject, place),
    ...(position ? [waveRule(position)] : []),
    ...neighbourRules(subject, isDone ? { ...place, coming: undefined } : place),
    ...(isDone ? [healthRule(subject, cluster.ordinal)] : await gateRules(subject, place)),
  ]
  return {
    group: place.input.group.name,
    headline: headline(subject, place, desired, waitsFor),
    desired: desired ?? null,
    waitsFor: waitsFor ?? null,
    rules,
    earliest: waitsFor === undefined ? null : earliest(subject, place, position, rules),
    move: moveOf(subject, place, rules),
  }
}

function clusterRules(subject: Subject): readonly Rule[] {
  if (!subject.cluster) return []
  const { ordinal } = subject.cluster
  return [targetedRule(subject), contactRule(subject, ordinal), ...catalogRules(subject, ordinal)]
}

/** An error of the catalog that is only about some clusters, this one among them. */
function catalogRules({ planned }: Subject, cluster: number): readonly Rule[] {
  const reason = planned.input.frozenOn?.get(cluster)
  if (reason === undefined) return []
  const [, place = null, error = reason] = /^(\S+:\d+): (.*)$/s.exec(reason) ?? []
  const text = `waves pass this cluster over: ${error}`
  return [not('catalog', text, { place, opensWhen: 'the error is mended in the catalog' })]
}

function headline(
  { planned, cluster }: Subject,
  { input, plan, coming, refusal }: SubjectPlace,
  desired: string | undefined,
  waitsFor: string | undefined,
): string {
  const { name } = planned.input.service
  if (!cluster) {
    const release = plan.release ? ` ${plan.release.version}` : ''
    const isOver = refusal && refusal.group !== input.group.name
    if (isOver) return `${name}${release} is ${plan.state} in ${input.group.name}; ${refusalText(refusal)}`
    const next = coming && coming.version !== plan.release?.version ? ` and waits for ${coming.version}` : ''
    return `${name}${release} is ${plan.state} in ${input.group.name}${next}`
  }
  const runs = desired === undefined ? 'is not installed yet' : `runs ${desired}`
  if (refusal) {
    const isHere = refusal.group === input.group.name
    return `${name} on ${cluster.document.name} ${runs}; ${refusalText(refusal, isHere ? 'here' : undefined)}`
  }
  const waits = waitsFor === undefined ? 'waits for nothing' : `waits for ${waitsFor}`
  return `${name} on ${cluster.document.name} ${runs} and ${waits}`
}

/** `2.0.0 was rejected in prod-canary` */
function refusalText({ group, verdict }: Refusal, where = `in ${group}`): string {
  return `${verdict.release.version} was rejected ${where}`
}

function untargeted(subject: Subject): Answer {
  const { planned, cluster, planning } = subject
  const { service } = planned.input
  const name = cluster?.document.name ?? ''
  const group = cluster && planning.targets.groupOf(cluster.ordinal)
  const place = placeOfTargets(subject)
  const rules = group
    ? [not('targeted', `${targetsText(service.targets)} does not match ${name}`, { place })]
    : [not('grouped', 'no deployment group selects this cluster', { place: cluster?.document.file ?? null })]
  return {
    group: group?.name ?? null,
    headline: `${service.name} does not go to ${name}`,
    desired: cluster ? (placementAt(planned.input, cluster.ordinal).desired ?? null) : null,
    waitsFor: null,
    rules,
    earliest: null,
    move: null,
  }
}

function targetedRule(subject: Subject): Rule {
  const { service } = subject.planned.input
  const place = placeOfTargets(subject)
  return yes('targeted', targetsText(service.targets), place)
}

function contactRule({ planning, planned }: Subject, cluster: number): Rule {
  const contact = toMomentOfColumn(planning.observations.contactAt[cluster])
  if (planned.input.clusters.bootstrapped[cluster] !== 1) {
    const opensWhen = 'its bootstrap pull request is merged'
    return not('joined', 'the fleet repository has no directory for this cluster yet', { opensWhen })
  }
  if (planned.input.clusters.silent[cluster] === 1) {
    const text = contact === null ? 'it has never reported' : `it has been silent since ${contact}`
    return not('in contact', text, { opensWhen: 'it reports again' })
  }
  return yes('in contact', contact === null ? 'it reports' : `it reported at ${contact}`)
}

/** Which release comes, and by which proofs. */
function candidateRules(subject: Subject, place: SubjectPlace): readonly Rule[] {
  const { planned } = subject
  const { input, plan, coming, mayStart, refusal } = place
  if (refusal) return [refusalRule(subject, place, refusal)]
  if (!coming) return newestRules(subject)
  const file = subject.planning.catalog.snapshot.catalog.versions
    .get(planned.input.service.name)
    ?.find(({ version }) => version === coming.version)?.file
  if (mayStart && input.ancestors.length === 0) {
    return [
      yes('candidate', `${coming.version} is the newest that may start here`, file ? `${file}:1` : null),
    ]
  }
  if (mayStart) return input.ancestors.map((ancestor) => proofRule(subject, input, ancestor, coming))
  const gate = plan.waitsFor.find((each) => each.gate === 'promotion')
  const ancestors = input.ancestors.join(' and ')
  return gate
    ? [fromGate(gate, 'candidate')]
    : [
        not('candidate', `${coming.version} is not proven in ${ancestors}`, {
          opensWhen: `it is proven in ${ancestors}`,
        }),
      ]
}

/** Nothing comes, because the newest version is here. */
function newestRules({ planned }: Subject): readonly Rule[] {
  const newest = planned.input.releases.at(-1)
  return newest
    ? [yes('newest', `${newest.version} is the newest version`)]
    : [not('candidate', 'the service has no version')]
}

/** A verdict with when, why and the clusters that it was passed on. */
function refusalRule({ planned }: Subject, { input }: SubjectPlace, refusal: Refusal): Rule {
  const { group, verdict } = refusal
  const { version } = verdict.release
  const where = group === input.group.name ? 'here' : `in ${group}`
  return not('candidate', `${version} was rejected ${where} at ${toMoment(verdict.at)}: ${verdict.reason}`, {
    place: rolloutPath(group, planned.input.service.name),
    evidence: verdict.evidence.map(({ cluster, evidence }) => `${cluster}: ${withFault(evidence)}`),
    opensWhen: `a version above ${version} arrives`,
  })
}

function proofRule(
  { planned }: Subject,
  input: SubjectPlace['input'],
  ancestor: string,
  coming: NonNullable<SubjectPlace['coming']>,
): Rule {
  const above = planned.input.groups.find(({ group }) => group.name === ancestor)
  const proof = above?.rollout.proven.find(({ release }) => releaseId(release) === releaseId(coming))
  const place = rolloutPath(ancestor, planned.input.service.name)
  if (!proof) return yes('candidate', `${coming.version} was proven in ${ancestor}`, place)
  const soak = soakOf(planned.input.directives, coming, input.group.promotion.soak)
  const met = soak > 0 ? `, promotion soak met ${toMoment(proof.at + soak)}` : ''
  return yes('candidate', `${coming.version} proven in ${ancestor} since ${toMoment(proof.at)}${met}`, place)
}

function waveRule(position: Position): Rule {
  switch (position.kind) {
    case 'moved':
      return yes('wave', 'a wave has moved this cluster')
    case 'setApart':
      return not('wave', `it failed and went back: ${withFault(position.evidence)}`, {
        opensWhen: 'a newer version arrives, or a Retry makes the failure void',
      })
    case 'keptOut': {
      const { order, what } = position
      const opensWhen = `${order.file} is removed`
      return not('wave', `${what}: ${order.reason}`, { place: `${order.file}:1`, opensWhen })
    }
    case 'waiting': {
      const { rank, wave, opened, waves } = position
      const open = opened === 0 ? `none of ${waves} is open` : `${opened} of ${waves} is open`
      return not('wave', `${open}; this cluster is ${ordinalWord(rank)}, wave ${wave} takes it`)
    }
  }
}

function healthRule({ planned }: Subject, cluster: number): Rule {
  const { state, since, evidence, silent, fault } = placementAt(planned.input, cluster)
  const when = toMomentOfColumn(since)
  const why = evidence === undefined ? '' : `: ${withFault(evidence, fault)}`
  const text = `${state}${when === null ? '' : ` since ${when}`}${why}`
  return state === 'healthy' && !silent ? yes('health', text) : not('health', text)
}

/** A lower bound: every wave before the one that takes the cluster needs its soak. */
function earliest(
  { planning, planned }: Subject,
  { input, plan, mayStart, coming }: SubjectPlace,
  position: Position | undefined,
  rules: readonly Rule[],
): Answer['earliest'] {
  if (position?.kind === 'setApart') return { at: null, text: 'with a newer version, or after a Retry' }
  if (position?.kind === 'keptOut')
    return { at: null, text: `not known: when ${position.order.file} is removed` }
  if (!mayStart && !plan.waitsFor.some(({ gate }) => gate === 'promotion')) {
    return { at: null, text: `not known: when it is proven in ${input.ancestors.join(' and ')}` }
  }
  const hold = rules.find(({ rule }) => rule === 'hold')
  if (hold) return { at: null, text: `not known: when ${hold.opensWhen}` }
  const blocking = plan.waitsFor.find(({ opensAt }) => opensAt === undefined)
  if (blocking) return { at: null, text: `not known: when ${blocking.opensWhen}` }
  const opens = Math.max(planning.observations.at, ...plan.waitsFor.map(({ opensAt }) => opensAt ?? 0))
  const between = position?.kind === 'waiting' ? Math.max(0, position.wave - position.opened - 1) : 0
  const { strategy } = input.group
  const soak = coming ? soakOf(planned.input.directives, coming, strategy.soak) : strategy.soak
  const at = toMoment(opens + between * soak)
  return { at, text: between > 0 ? `when each of ${between} more waves has soaked` : 'when its gates open' }
}

function placeOfTargets({ planning, planned }: Subject): string {
  const { name, file } = planned.input.service
  const line = planning.targetsLine(name)
  return line === undefined ? file : `${file}:${line}`
}

function targetsText(targets: ClusterSelector | 'none'): string {
  if (targets === 'none') return 'targets: none'
  const labels = Object.entries(targets.matchLabels).map(([key, value]) => `${key}=${value}`)
  const expressions = targets.matchExpressions.map(
    ({ key, operator, values }) => `${key} ${operator}${values.length > 0 ? ` (${values.join(', ')})` : ''}`,
  )
  const names = targets.names.length > 0 ? [`names ${targets.names.join(', ')}`] : []
  const parts = [...labels, ...expressions, ...names]
  return parts.length > 0 ? parts.join(' and ') : 'all clusters'
}
