import type { ChartVerification } from '../domain/chart-repository.ts'
import type { JsonObject } from '../domain/cluster.ts'

/** The `verify` of an OCIRepository, as a field to spread. */
export function verification(verified: ChartVerification | undefined): JsonObject {
  if (verified === undefined) return {}
  const { provider, secretRef, identities } = verified
  return {
    verify: {
      provider,
      ...(secretRef === undefined ? {} : { secretRef: { name: secretRef } }),
      ...(identities.length === 0
        ? {}
        : { matchOIDCIdentity: identities.map(({ issuer, subject }) => ({ issuer, subject })) }),
    },
  }
}
