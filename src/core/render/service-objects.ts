import type { JsonObject } from '../domain/cluster.ts'
import { fillSpec, fillTemplate, templateName, type Identity } from './fill-template.ts'
import type { ReleaseInputs } from './types.ts'

/** The Flux objects of a service release with the given values: the HelmRelease first, then where its chart comes from. */
export function serviceObjects(inputs: ReleaseInputs, values: JsonObject): readonly JsonObject[] {
  return [helmRelease(inputs, values), ...chartSources(inputs)]
}

function helmRelease(inputs: ReleaseInputs, values: JsonObject): JsonObject {
  const { service, version, templates } = inputs
  const template = templates.objects['helm-release']
  const identity = {
    ...identityOf(inputs, service.name),
    annotations: {
      'event.toolkit.fluxcd.io/service': service.name,
      'event.toolkit.fluxcd.io/version': version.version,
    },
  }
  return fillTemplate(template, identity, { spec: helmReleaseSpec(inputs, values) })
}

/** The spec of the service's HelmRelease, which health is compared with. */
export function helmReleaseSpec(inputs: ReleaseInputs, values: JsonObject): JsonObject {
  const { service, chartRepository, templates } = inputs
  const dependsOn = inputs.dependencies.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(dependencyOn)
  return fillSpec(
    templates.objects['helm-release'],
    {
      releaseName: service.releaseName,
      storageNamespace: service.namespace,
      serviceAccountName: templateName(templates.objects['service-account'], 'halyard'),
      chartRef: {
        kind: chartRepository.type === 'oci' ? 'OCIRepository' : 'HelmChart',
        name: chartSourceName(inputs),
      },
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
    },
    Object.keys(values).length === 0 ? {} : { values },
  )
}

/**
 * Only the first install waits for a dependency: once it was deployed, its sickness must not hold back anyone's
 * rollback. The expression replaces Flux's own check of Ready (helm-controller, docs/spec/v2, dependsOn).
 */
function dependencyOn({
  name,
  namespace,
}: {
  readonly name: string
  readonly namespace: string
}): JsonObject {
  const readyExpr =
    'has(dep.status.history) && dep.status.history.exists(h, h.status == "deployed" || h.status == "superseded")'
  return { name, namespace, readyExpr }
}

function chartSources(inputs: ReleaseInputs): readonly JsonObject[] {
  return inputs.chartRepository.type === 'oci'
    ? [ociRepository(inputs)]
    : [helmChart(inputs), helmRepository(inputs)]
}

function ociRepository(inputs: ReleaseInputs): JsonObject {
  const { version, chartRepository, templates } = inputs
  const template = templates.objects['oci-repository']
  const spec = fillSpec(template, {
    url: `${chartRepository.url.replace(/\/+$/, '')}/${version.chart.name}`,
    ref: { digest: version.chart.digest },
    ...secretRef(inputs),
  })
  return fillTemplate(template, sourceIdentity(inputs, chartSourceName(inputs)), { spec })
}

function helmChart(inputs: ReleaseInputs): JsonObject {
  const { service, version, templates } = inputs
  const template = templates.objects['helm-chart']
  const spec = fillSpec(template, {
    chart: version.chart.name,
    version: version.chart.version,
    sourceRef: { kind: 'HelmRepository', name: service.name },
  })
  return fillTemplate(template, sourceIdentity(inputs, chartSourceName(inputs)), { spec })
}

function helmRepository(inputs: ReleaseInputs): JsonObject {
  const { service, chartRepository, templates } = inputs
  const template = templates.objects['helm-repository']
  const spec = fillSpec(template, { url: chartRepository.url, ...secretRef(inputs) })
  return fillTemplate(template, identityOf(inputs, service.name), { spec })
}

function secretRef({ chartRepository }: ReleaseInputs): JsonObject {
  return chartRepository.secretRef === undefined ? {} : { secretRef: { name: chartRepository.secretRef } }
}

/** Named by digest: another chart always is another generation of the HelmRelease, so yesterday's Ready is no proof. */
function chartSourceName({ service, version }: ReleaseInputs): string {
  return `${service.name}-${version.chart.digest.replace(/^sha256:/, '').slice(0, 8)}`
}

function sourceIdentity(inputs: ReleaseInputs, name: string): Identity {
  return {
    ...identityOf(inputs, name),
    annotations: { 'halyard.dev/chart-digest': inputs.version.chart.digest },
  }
}

function identityOf({ service, version }: ReleaseInputs, name: string): Identity {
  return {
    name,
    namespace: service.namespace,
    labels: {
      'halyard.dev/service': labelValue(service.name),
      'halyard.dev/version': labelValue(version.version),
    },
  }
}

/** At most 63 characters of [A-Za-z0-9_.-], alphanumeric at both ends (Kubernetes label syntax); `+` is not among them. */
function labelValue(text: string): string {
  return text
    .replace(/[^A-Za-z0-9_.-]/g, '_')
    .slice(0, 63)
    .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
}
