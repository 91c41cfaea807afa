import { requireCodeOwner } from '../authoring/names.ts'

export interface FleetOwners {
  /** As the forge writes them: `@org/team`. */
  readonly platformTeam: string
  readonly releaseTeam: string
}

const workflow = '.github/workflows/validate.yaml'

/** The files that a fleet repository begins with, with owners and the version of Halyard filled in. Throws `KnownError` for what can own no code. */
export function fleetFiles(
  layout: ReadonlyMap<string, string>,
  { platformTeam, releaseTeam }: FleetOwners,
  halyardVersion: string,
): ReadonlyMap<string, string> {
  for (const team of [platformTeam, releaseTeam]) requireCodeOwner(team)
  return new Map(
    [...layout].map(([path, text]) => {
      if (path === workflow) return [path, text.replaceAll('halyard@latest', `halyard@${halyardVersion}`)]
      if (path !== 'CODEOWNERS') return [path, text]
      const owned = text
        .replaceAll('@your-org/platform-team', () => platformTeam)
        .replaceAll('@your-org/release-managers', () => releaseTeam)
      return [path, owned]
    }),
  )
}
