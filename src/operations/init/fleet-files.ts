import { KnownError } from '../known-error.ts'

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
  for (const team of [platformTeam, releaseTeam])
    if (!/^@?[A-Za-z0-9][\w./@+-]{0,199}$/.test(team))
      throw new KnownError(
        `${JSON.stringify(team)} is no owner of code`,
        'give a team or a user of your forge: @your-org/platform-team',
      )
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
