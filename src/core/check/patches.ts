import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'

/** What a patch would have to set to leave the namespace, the cluster or the rights of its service. */
const forbidden: readonly (readonly [name: string, pattern: RegExp])[] = [
  [
    'namespace',
    /(?:^|[\s{,"'])(?:namespace|targetNamespace|storageNamespace)["']?\s*:|\/(?:metadata|spec)\/(?:namespace|targetNamespace|storageNamespace)\b/,
  ],
  ['kubeConfig', /(?:^|[\s{,"'])kubeConfig["']?\s*:|\/spec\/kubeConfig\b/],
  [
    'service account',
    /(?:^|[\s{,"'])(?:serviceAccountName|serviceAccount)["']?\s*:|\/serviceAccount(?:Name)?\b/,
  ],
]

/**
 * Patches change what a chart makes after charts were looked through, so they are held back by their text. An older
 * version never changes, and only the newest is released anew: theirs are warnings.
 */
export function checkPatches({ versions, services }: Catalog): readonly Finding[] {
  return [...versions].flatMap(([name, list]) =>
    services.get(name)?.tier === 'foundation'
      ? []
      : list.flatMap((version) => checkVersion(version, version === list.at(-1))),
  )
}

function checkVersion({ service, file, patches }: ServiceVersion, isNewest: boolean): readonly Finding[] {
  return patches.flatMap(({ patch }, index) => {
    if (typeof patch !== 'string') return []
    return forbidden
      .filter(([, pattern]) => pattern.test(patch))
      .map(([name]): Finding => ({
        severity: isNewest ? 'error' : 'warning',
        scope: { kind: 'service', name: service },
        file,
        field: ['spec', 'patches', index, 'patch'],
        message: `the patch sets another ${name}`,
        remedy: 'remove it: a service stays in its namespace, on its cluster, with its own account',
      }))
  })
}
