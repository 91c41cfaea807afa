import type { CatalogTargets } from './service-inputs.ts'

/** Namespaces that go before all others on a cluster: those of the foundation services that it is targeted by. */
export function foundationNamespaces(targets: CatalogTargets, cluster: number): readonly string[] {
  const foundation = [...targets.catalog.services.values()].filter(({ tier }) => tier === 'foundation')
  const present = foundation.filter(({ name }) =>
    targets.groupsOf(name).some((group) => group.targets.includes(cluster)),
  )
  return [...new Set(present.map(({ namespace }) => namespace))]
}
