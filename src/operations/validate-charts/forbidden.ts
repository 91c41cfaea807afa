import type { RenderedObject } from '../../adapters/helm/port.ts'
import type { Service } from '../../core/domain/service.ts'

export interface Forbidden {
  readonly message: string
  readonly remedy: string
}

/**
 * Kinds without a namespace: those of Kubernetes 1.35 (`kubectl api-resources --namespaced=false`), and those of
 * Gateway API, cert-manager, External Secrets and Kyverno. Kinds that are not known count as namespaced.
 */
const clusterKinds = new Set([
  ...[
    'Namespace',
    'Node',
    'PersistentVolume',
    'ClusterRole',
    'ClusterRoleBinding',
    'CustomResourceDefinition',
  ],
  ...['StorageClass', 'VolumeAttributesClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'PriorityClass'],
  ...['IngressClass', 'RuntimeClass', 'APIService', 'FlowSchema', 'PriorityLevelConfiguration'],
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'ValidatingAdmissionPolicy'],
  ...['ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  ...['CertificateSigningRequest', 'ClusterTrustBundle', 'ServiceCIDR', 'IPAddress', 'DeviceClass'],
  ...['ResourceSlice', 'StorageVersion', 'StorageVersionMigration', 'GatewayClass', 'ClusterIssuer'],
  ...['ClusterSecretStore', 'ClusterExternalSecret', 'ClusterPushSecret', 'ClusterPolicy'],
])

/** Flux kinds that apply things, as whomever they name. */
const appliers = new Set(['HelmRelease', 'Kustomization'])

/**
 * Why an object must not come from a service's chart; undefined: it may. A service stays in its namespace, on its
 * cluster, and has no more rights there than the account that installs it.
 *
 * @param installer the service account that Flux installs charts as
 */
export function judgeObject(
  object: RenderedObject,
  { namespace, tier, name }: Pick<Service, 'namespace' | 'tier' | 'name'>,
  installer: string,
): Forbidden | undefined {
  const what = `${object.kind} ${object.name}`
  if (clusterKinds.has(object.kind)) {
    if (tier === 'foundation') return undefined
    return {
      message: `the chart makes ${what}, which belongs to the whole cluster`,
      remedy: `turn it off in the values, or give services/${name}/service.yaml tier: foundation`,
    }
  }
  const elsewhere = [object.namespace, ...object.otherNamespaces].find(
    (other) => other !== undefined && other !== namespace,
  )
  if (elsewhere !== undefined) {
    return {
      message: `the chart puts ${what} into namespace ${elsewhere}, and the service has ${namespace}`,
      remedy: "leave the namespace out in the chart, or set its value to the service's own",
    }
  }
  return judgeRights(object, what, tier, installer)
}

function judgeRights(
  { apiVersion, kind, hasKubeConfig, serviceAccount }: RenderedObject,
  what: string,
  tier: Service['tier'],
  installer: string,
): Forbidden | undefined {
  if (hasKubeConfig) {
    return {
      message: `the chart makes ${what} with a kubeConfig, which acts on another cluster`,
      remedy: 'let the catalog target that cluster instead',
    }
  }
  const isFlux = apiVersion.includes('.toolkit.fluxcd.io/')
  if (isFlux && appliers.has(kind)) {
    if (tier === 'foundation' || serviceAccount === installer) return undefined
    return {
      message: `the chart makes ${what}, which acts as ${serviceAccount ?? 'Flux itself'} instead of ${installer}`,
      remedy: `set its serviceAccountName to ${installer}, or release what it applies as a service`,
    }
  }
  if (isFlux || serviceAccount !== installer) return undefined
  return {
    message: `the chart makes ${what}, whose pods run as ${installer}, the account that installs services`,
    remedy: 'give its pods a service account of their own',
  }
}
