import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import { payloadKindOf } from '../render/dependencies.ts'
import { fluxNamespace } from '../render/render-cluster.ts'

/** What holds for services with kustomize payloads, and for those that wait for one. */
export function checkKustomize(catalog: Catalog): readonly Finding[] {
  return [...catalog.services.keys()].flatMap((name) => [
    ...checkFluxName(name, catalog),
    ...checkDependencyKinds(name, catalog),
  ])
}

/** Its Kustomization would take the place of one that applies the cluster's directory. */
function checkFluxName(name: string, catalog: Catalog): readonly Finding[] {
  const service = catalog.services.get(name)
  const isTaken = name === 'flux-system' || name === 'namespaces' || name.startsWith('apps-')
  if (service?.namespace !== fluxNamespace || !isTaken || payloadKindOf(name, catalog) === 'chart') return []
  return [
    {
      severity: 'error',
      scope: { kind: 'service', name },
      file: service.file,
      field: ['metadata', 'name'],
      message: `a service with a kustomize payload can not be called ${name} in ${fluxNamespace}: Flux applies the cluster's directory by a Kustomization of that name`,
      remedy: 'choose another name or another namespace',
    },
  ]
}

/** Flux lets a HelmRelease depend on HelmReleases and a Kustomization on Kustomizations (docs/spec, dependsOn). */
function checkDependencyKinds(name: string, catalog: Catalog): readonly Finding[] {
  const service = catalog.services.get(name)
  if (service === undefined) return []
  const kind = payloadKindOf(name, catalog)
  return service.dependsOn.flatMap((dependency, index): readonly Finding[] => {
    const other = payloadKindOf(dependency, catalog)
    if (!catalog.services.has(dependency) || other === kind) return []
    return [
      {
        severity: 'warning',
        scope: { kind: 'service', name },
        file: service.file,
        field: ['spec', 'dependsOn', index],
        message: `${name} (${words[kind]}) can not wait for ${dependency} (${words[other]}): Flux orders charts and kustomize payloads only among themselves`,
        remedy: `let ${name} start before ${dependency} is there, or put ${dependency} into a namespace of tier foundation`,
      },
    ]
  })
}

const words = { chart: 'a chart', kustomize: 'a kustomize payload' } as const
