import type { JsonObject } from '../domain/cluster.ts'
import type { Service } from '../domain/service.ts'
import type { ObjectTemplates } from '../domain/templates.ts'
import { emitYaml } from './emit-yaml.ts'
import { fillSpec, fillTemplate, templateName } from './fill-template.ts'
import { appsFolder, namespacePath } from './paths.ts'
import { fluxNamespace, fleetSource, marker, writtenByHalyard } from './render-cluster.ts'
import type { RenderedFile } from './types.ts'

export interface NamespaceInputs {
  readonly cluster: string
  readonly namespace: string
  readonly tier: Service['tier']
  readonly templates: ObjectTemplates
  /** Namespaces of tier `foundation` on this cluster, in any order. */
  readonly foundationNamespaces: readonly string[]
}

/**
 * The files that a namespace needs before its first service: `clusters/<cluster>/namespaces/<namespace>.yaml` with the
 * namespace, whom Flux acts as in it and the Kustomization over its services, and the marker of its `apps/` folder.
 */
export function renderNamespace(inputs: NamespaceInputs): readonly RenderedFile[] {
  const { cluster, namespace, templates } = inputs
  const documents = [
    namespaceOf(inputs),
    ...accountsOf(inputs),
    roleBindingOf(inputs),
    ...clusterRoleBindingOf(inputs),
    kustomizationOf(inputs),
  ]
  return [
    { path: namespacePath(cluster, namespace), text: writtenByHalyard + emitYaml(documents) },
    marker(templates, appsFolder(cluster, namespace), { name: 'halyard', namespace }),
  ]
}

function namespaceOf({ namespace, tier, templates }: NamespaceInputs): JsonObject {
  return fillTemplate(templates.objects.namespace, { name: namespace, labels: { 'halyard.dev/tier': tier } })
}

/** One account installs charts and lives in the namespace; the other applies the folder and must live beside its Kustomization. */
function accountsOf({ namespace, templates }: NamespaceInputs): readonly JsonObject[] {
  const template = templates.objects['service-account']
  return [
    fillTemplate(template, { name: templateName(template, 'halyard'), namespace }),
    fillTemplate(template, { name: kustomizationName(namespace), namespace: fluxNamespace }),
  ]
}

function roleBindingOf({ namespace, templates }: NamespaceInputs): JsonObject {
  const template = templates.objects['role-binding']
  const installer = templateName(templates.objects['service-account'], 'halyard')
  const subjects = [
    { kind: 'ServiceAccount', name: installer, namespace },
    { kind: 'ServiceAccount', name: kustomizationName(namespace), namespace: fluxNamespace },
  ]
  return fillTemplate(template, { name: templateName(template, 'halyard'), namespace }, { subjects })
}

/** Operators and their like bring objects that belong to no namespace. Whoever applies the folder needs no such right. */
function clusterRoleBindingOf({ namespace, tier, templates }: NamespaceInputs): readonly JsonObject[] {
  if (tier !== 'foundation') return []
  const template = templates.objects['cluster-role-binding']
  const installer = templateName(templates.objects['service-account'], 'halyard')
  const identity = { name: `${templateName(template, 'halyard')}-${namespace}` }
  const subjects = [{ kind: 'ServiceAccount', name: installer, namespace }]
  return [fillTemplate(template, identity, { subjects })]
}

function kustomizationOf(inputs: NamespaceInputs): JsonObject {
  const { cluster, namespace, templates } = inputs
  const template = templates.objects.kustomization
  const dependsOn = dependenciesOf(inputs)
  const spec = fillSpec(template, {
    path: `./${appsFolder(cluster, namespace)}`,
    sourceRef: fleetSource,
    serviceAccountName: kustomizationName(namespace),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  })
  return fillTemplate(template, { name: kustomizationName(namespace), namespace: fluxNamespace }, { spec })
}

/** Only the first apply waits for the foundation: later on, a sick foundation must not freeze services. */
function dependenciesOf({ namespace, tier, foundationNamespaces }: NamespaceInputs): readonly JsonObject[] {
  if (tier === 'foundation') return []
  return foundationNamespaces
    .filter((name) => name !== namespace)
    .toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .map((name) => ({ name: kustomizationName(name), readyExpr: 'has(dep.status.lastAppliedRevision)' }))
}

/** The Flux Kustomization over a namespace's services, in the namespace of Flux. */
function kustomizationName(namespace: string): string {
  return `apps-${namespace}`
}
