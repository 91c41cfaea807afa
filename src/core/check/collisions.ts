import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import { listNames } from './words.ts'

/** Services of one namespace have release names of their own and share a tier. */
export function checkCollisions({ services }: Catalog): readonly Finding[] {
  const namespaces = Map.groupBy(services.values(), ({ namespace }) => namespace)
  return [...namespaces.values()].flatMap((sharing) => [
    ...checkReleaseNames(sharing),
    ...checkTiers(sharing),
  ])
}

/** Both are told: rendering either would overwrite the other's Helm release. */
function checkReleaseNames(sharing: readonly Service[]): readonly Finding[] {
  const named = Map.groupBy(sharing, ({ releaseName }) => releaseName)
  return [...named.values()]
    .filter((services) => services.length > 1)
    .flatMap((services) => services.map((service) => releaseNameTaken(service, services)))
}

function releaseNameTaken(service: Service, all: readonly Service[]): Finding {
  const others = all.filter((other) => other !== service).map(({ name }) => name)
  const { name, file, namespace, releaseName } = service
  return {
    severity: 'error',
    scope: { kind: 'service', name },
    file,
    field: ['spec', releaseName === name ? 'namespace' : 'releaseName'],
    message: `${name} and ${listNames(others)} share the release name ${releaseName} in namespace ${namespace}`,
    remedy: 'give each a releaseName or a namespace of its own',
  }
}

/** Those of the rarer tier are told, so that a newcomer does not stop its neighbours. */
function checkTiers(sharing: readonly Service[]): readonly Finding[] {
  const foundation = sharing.filter(({ tier }) => tier === 'foundation')
  const standard = sharing.filter(({ tier }) => tier === 'standard')
  if (foundation.length === 0 || standard.length === 0) return []
  const [rare, common] = foundation.length < standard.length ? [foundation, standard] : [standard, foundation]
  return rare.map(({ name, file, tier, namespace }) => ({
    severity: 'error',
    scope: { kind: 'service', name },
    file,
    field: ['spec', 'tier'],
    message: `${name} is of tier ${tier}, but ${listNames(common.map((other) => other.name))} in its namespace ${namespace} ${common.length === 1 ? 'is' : 'are'} not`,
    remedy: 'a namespace holds one tier: change the tier or the namespace',
  }))
}
