import type { Catalog } from '../domain/catalog.ts'
import type { Finding } from '../domain/finding.ts'
import type { Service } from '../domain/service.ts'
import type { ServiceVersion } from '../domain/service-version.ts'
import type { Bitset } from '../plan/bitset.ts'
import { type ClusterView, createClusterView, type KnownClusters } from './cluster-view.ts'
import {
  compiledTexts,
  compileFaults,
  type Compiler,
  createCompiler,
  type ExpressionText,
} from './expression-texts.ts'
import { checkReads, type ReadsChecked } from './reads.ts'
import type { Selections } from './selections.ts'

/**
 * The `${…}` of every version compile, and those of a service's newest version read only what each of its targets
 * has: older versions either were rendered already or never will be. An older one that does not compile is
 * therefore a warning, as versions never change and an error would freeze the service for ever.
 */
export function checkExpressions(catalog: Catalog, selections: Selections): readonly Finding[] {
  const compile = createCompiler()
  const view = createClusterView(catalog, selections)
  return [...catalog.versions].flatMap(([name, versions]) => {
    const newest = versions.at(-1)
    const service = catalog.services.get(name)
    const targets = selections.targets.get(name)
    return [
      ...versions.flatMap((version) => faultsOf(version, version === newest, compile)),
      ...(newest && service && targets ? readsOf(service, newest, targets, view, compile) : []),
    ]
  })
}

const knownFaults = new WeakMap<ServiceVersion, readonly Finding[]>()

/** What does not compile, on any cluster; kept as long as the version is. */
function faultsOf(version: ServiceVersion, isNewest: boolean, compile: Compiler): readonly Finding[] {
  let faults = knownFaults.get(version)
  if (faults === undefined) {
    faults = compileFaults(version, compile)
    knownFaults.set(version, faults)
  }
  return isNewest ? faults : faults.map((fault) => ({ ...fault, severity: 'warning' }))
}

/** What was found of a service's newest version on the clusters that there were. */
interface Checked extends ReadsChecked {
  readonly version: ServiceVersion
  readonly clusters: KnownClusters
}

const knownReads = new WeakMap<Service, Checked>()
const knownTexts = new WeakMap<ServiceVersion, readonly ExpressionText[]>()

/** As long as service and version stay, only clusters that changed or were found wrong are looked at again. */
function readsOf(
  service: Service,
  version: ServiceVersion,
  targets: Bitset,
  view: ClusterView,
  compile: Compiler,
): readonly Finding[] {
  const before = knownReads.get(service)
  const isKnown = before?.version === version
  if (isKnown && view.equals(before.clusters)) return before.findings
  const suspects = isKnown
    ? [...new Set([...view.since(before.clusters), ...view.positionsOf(before.wrong)])].toSorted(
        (a, b) => a - b,
      )
    : view.all
  const texts = knownTexts.get(version) ?? compiledTexts(version, compile)
  knownTexts.set(version, texts)
  const checked = checkReads(service, version, texts, view, view.among(suspects, targets))
  knownReads.set(service, { version, clusters: view.clusters, ...checked })
  return checked.findings
}
