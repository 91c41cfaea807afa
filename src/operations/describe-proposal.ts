import { clustersOf } from '../core/plan/gates.ts'
import type { Proposal } from '../core/plan/proposals.ts'

/** One effect as a person would tell it: `opens wave 3 of 4: 12 clusters`. */
export function describeProposal(proposal: Proposal): string {
  switch (proposal.kind) {
    case 'wave': {
      const part = proposal.parts > 1 ? `, part ${proposal.part} of ${proposal.parts}` : ''
      const wave = `wave ${proposal.wave} of ${proposal.waves}${part}: ${clustersOf(proposal.clusters.length)}`
      const what =
        proposal.refresh === undefined
          ? `opens ${wave}`
          : `refresh of ${proposal.release.version} (${proposal.refresh}): opens ${wave}`
      return proposal.needsApproval ? `${what}, once a person approves its pull request` : what
    }
    case 'return': {
      const clusters = clustersOf(proposal.placements.length)
      if (proposal.refresh)
        return `rejects the refresh of ${proposal.release.version}, sends ${clusters} back to their files of before: ${proposal.text}`
      return proposal.reason === 'rejected'
        ? `rejects ${proposal.release.version}, sends ${clusters} back: ${proposal.text}`
        : `sends ${clusters} back within the error budget: ${proposal.text}`
    }
    case 'removal': {
      const { placements, namespaces, wave, waves } = proposal
      if (placements.length > 0)
        return `leaves ${clustersOf(placements.length)}: removal wave ${wave} of ${waves}`
      return namespaces.length > 0
        ? `takes its empty namespace off ${clustersOf(namespaces.length)}`
        : 'ends its removal: everything that left is gone'
    }
    case 'verdict':
      return `${proposal.verdict === 'proven' ? 'proves' : 'halts'} ${proposal.release.version}: ${proposal.text}`
  }
}
