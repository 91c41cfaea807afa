import type { JsonObject } from '../domain/cluster.ts'
import type { Settings } from '../domain/settings.ts'
import type { ObjectTemplates } from '../domain/templates.ts'
import { emitYaml } from './emit-yaml.ts'
import { fillSpec, fillTemplate } from './fill-template.ts'
import { clusterFolder, namespacesFolder } from './paths.ts'
import type { RenderedFile } from './types.ts'

export const fluxNamespace = 'flux-system'
/** The source of everything that a cluster applies, as `flux bootstrap` names it. */
export const fleetSource = { kind: 'GitRepository', name: 'flux-system' }
/** The account of Flux's own installation that may do anything; under its multi-tenancy lockdown, none is the default. */
const installerAccount = 'kustomize-controller'
export const writtenByHalyard = '# Written by Halyard: change the catalog instead.\n'

export interface ClusterSyncInputs {
  readonly cluster: string
  readonly settings: Pick<Settings, 'fleet'>
  readonly templates: ObjectTemplates
}

/** How a cluster applies its own directory: the source, a Kustomization over `flux-system/`, one over `namespaces/`. */
export function renderClusterSync(inputs: ClusterSyncInputs): readonly RenderedFile[] {
  const { cluster, templates } = inputs
  const documents = [
    gitRepositoryOf(inputs),
    kustomizationOf(inputs, 'flux-system', `${clusterFolder(cluster)}/flux-system`),
    kustomizationOf(inputs, 'namespaces', namespacesFolder(cluster)),
  ]
  return [
    { path: `${clusterFolder(cluster)}/flux-system/sync.yaml`, text: writtenByHalyard + emitYaml(documents) },
    marker(templates, namespacesFolder(cluster), { name: 'halyard-namespaces', namespace: fluxNamespace }),
  ]
}

/** A ConfigMap that stays when everything else leaves a folder: Flux prunes nothing when a path vanishes. */
export function marker(
  templates: ObjectTemplates,
  folder: string,
  identity: { readonly name: string; readonly namespace: string },
): RenderedFile {
  const document = fillTemplate(templates.objects['config-map'], identity, { data: { folder } })
  return { path: `${folder}/halyard.yaml`, text: writtenByHalyard + emitYaml([document]) }
}

function gitRepositoryOf({ cluster, settings, templates }: ClusterSyncInputs): JsonObject {
  const template = templates.objects['git-repository']
  const { url, branch, secretRef } = settings.fleet
  const spec = fillSpec(template, {
    url,
    ref: { branch },
    ...(secretRef === undefined ? {} : { secretRef: { name: secretRef } }),
    sparseCheckout: [clusterFolder(cluster)],
  })
  return fillTemplate(template, { name: fleetSource.name, namespace: fluxNamespace }, { spec })
}

function kustomizationOf({ templates }: ClusterSyncInputs, name: string, folder: string): JsonObject {
  const template = templates.objects.kustomization
  const spec = fillSpec(template, {
    path: `./${folder}`,
    sourceRef: fleetSource,
    serviceAccountName: installerAccount,
  })
  return fillTemplate(template, { name, namespace: fluxNamespace }, { spec })
}
