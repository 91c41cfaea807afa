import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'

/**
 * External Secrets would have to run before its own secrets can be read, so nothing in its namespace uses any. Older
 * versions never change and only the newest is installed anew: theirs are warnings.
 */
export function checkSecrets({ settings, services, versions }: Catalog): readonly Finding[] {
  return [...services.values()]
    .filter(({ namespace }) => namespace === settings.secretsNamespace)
    .flatMap(({ name }) => {
      const ofService = versions.get(name) ?? []
      return ofService
        .filter(({ secrets }) => secrets.length > 0)
        .map((version) => refusal(version, settings.secretsNamespace, version === ofService.at(-1)))
    })
}

function refusal({ service, file }: ServiceVersion, namespace: string, isNewest: boolean): Finding {
  return {
    severity: isNewest ? 'error' : 'warning',
    scope: { kind: 'service', name: service },
    file,
    field: ['spec', 'secrets'],
    message: `${service} runs in ${namespace}, the namespace of External Secrets, which can not read secrets before it runs`,
    remedy:
      'use values only, or correct spec.secretsNamespace in halyard.yaml where the operator runs elsewhere',
  }
}
