import type { ServiceRelease } from '../core/domain/service-release.ts'
import type { Admitted } from '../core/plan/admit.ts'
import type {
  DecommissionProposal,
  RemovalProposal,
  ReturnProposal,
  WaveProposal,
} from '../core/plan/proposals.ts'

/** The branch of a wave names the fence that it raises: a new decision never meets the branch of an old one. */
export function waveBranch({ service, group, release, wave, part, parts, next }: WaveProposal): string {
  const which = parts > 1 ? `wave-${wave}-part-${part}` : `wave-${wave}`
  return `halyard/${group}/${service}/${releasePart(release)}/${which}-fence-${next.fence}`
}

export function returnBranch({ service, group, release, next }: ReturnProposal): string {
  return `halyard/${group}/${service}/${releasePart(release)}/back-fence-${next.fence}`
}

export function removalBranch({ service, group, next }: RemovalProposal): string {
  return `halyard/${group}/${service}/removal-fence-${next.fence}`
}

/** Named by what is left, which every layer makes less. */
export function decommissionBranch({ left, digest }: DecommissionProposal, cluster: string): string {
  return `halyard/decommission/${cluster}/${digest.slice(-12)}-${left}-left`
}

export function bootstrapBranch(cluster: string): string {
  return `halyard/bootstrap/${cluster}`
}

/** Every branch that the present plans ask for. */
export function wantedBranches(admitted: Admitted, clusterNames: readonly string[]): ReadonlySet<string> {
  return new Set([
    ...admitted.returns.map(returnBranch),
    ...admitted.waves.map(waveBranch),
    ...admitted.removals.filter(deletesFiles).map(removalBranch),
    ...admitted.decommissions.map((proposal) =>
      decommissionBranch(proposal, clusterNames[proposal.cluster] ?? ''),
    ),
    ...admitted.bootstraps.map(({ cluster }) => bootstrapBranch(clusterNames[cluster] ?? '')),
  ])
}

/** The end of a removal is only told to the ledger. */
function deletesFiles({ placements, namespaces }: RemovalProposal): boolean {
  return placements.length + namespaces.length > 0
}

/** `+` begins build metadata in a version and is awkward in a ref. */
function releasePart({ version, revision }: ServiceRelease): string {
  return `${version.replace('+', '_')}-${revision}`
}
