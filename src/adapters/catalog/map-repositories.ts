import type { ChartRepository, ChartVerification } from '../../core/domain/chart-repository.ts'
import type { SourceRepository } from '../../core/domain/source-repository.ts'
import type { ChartRepositoryDocument } from './documents/chart-repository.ts'
import type { SourceRepositoryDocument } from './documents/source-repository.ts'

export function mapChartRepository(
  { metadata, spec }: ChartRepositoryDocument,
  file: string,
): ChartRepository {
  const { type, url, secretRef, certSecretRef, verify } = spec
  const verification = verify && mapVerification(verify)
  return { name: metadata.name, type, url, secretRef, certSecretRef, verification, file }
}

export function mapSourceRepository(
  { metadata, spec }: SourceRepositoryDocument,
  file: string,
): SourceRepository {
  const { type, url, branch, secretRef, certSecretRef, verify } = spec
  const common = { name: metadata.name, url, secretRef, file }
  if (type === 'git') return { ...common, type, branch, verificationSecretRef: verify?.secretRef }
  const verification = verify && 'provider' in verify ? mapVerification(verify) : undefined
  return { ...common, type, certSecretRef, verification }
}

function mapVerification(verify: NonNullable<ChartRepositoryDocument['spec']['verify']>): ChartVerification {
  return {
    provider: verify.provider,
    secretRef: verify.secretRef,
    identities: verify.matchOIDCIdentity ?? [],
  }
}
