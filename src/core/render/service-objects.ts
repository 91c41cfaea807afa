import type { Json, JsonObject } from '../domain/cluster.ts'
import { isObject, listOf } from '../expressions/json-tree.ts'
import { externalSecret, externalSecretName } from './external-secret.ts'
import { fillSpec, fillTemplate, templateName, type Identity } from './fill-template.ts'
import { kustomizationSpec, kustomizeObjects } from './kustomize-objects.ts'
import type { ChartSource } from './payload-source.ts'
import { serviceIdentity } from './service-identity.ts'
import type { ReleaseInputs } from './types.ts'
import type { VersionContent } from './version-content.ts'
import { valuesBeneath, valuesFrom } from './values-from.ts'
import { verification } from './verification.ts'

/**
 * The Flux objects of a service release with the given content: the HelmRelease or Kustomization first, then where its
 * payload comes from, then where its secret values do.
 */
export function serviceObjects(inputs: ReleaseInputs, content: VersionContent): readonly JsonObject[] {
  const secrets = content.secrets.length === 0 ? [] : [externalSecret(inputs, content.secrets)]
  return [...payloadObjects(inputs, content), ...secrets]
}

function payloadObjects(inputs: ReleaseInputs, content: VersionContent): readonly JsonObject[] {
  const { source } = inputs
  switch (source.kind) {
    case 'chart':
      return [helmRelease(inputs, source, content), ...chartSources(inputs, source)]
    case 'kustomize':
      return kustomizeObjects(inputs, source, content)
  }
}

/** The spec of the service's HelmRelease or Kustomization, which health is compared with. */
export function releaseSpec(inputs: ReleaseInputs, content: VersionContent): JsonObject {
  const { source } = inputs
  switch (source.kind) {
    case 'chart':
      return helmReleaseSpec(inputs, source, content)
    case 'kustomize':
      return kustomizationSpec(inputs, source, content)
  }
}

function helmRelease(inputs: ReleaseInputs, source: ChartSource, content: VersionContent): JsonObject {
  const { service, version, templates } = inputs
  const template = templates.objects['helm-release']
  const identity = {
    ...serviceIdentity(inputs, service.name),
    annotations: {
      'event.toolkit.fluxcd.io/service': service.name,
      'event.toolkit.fluxcd.io/version': version.version,
    },
  }
  return fillTemplate(template, identity, { spec: helmReleaseSpec(inputs, source, content) })
}

function helmReleaseSpec(inputs: ReleaseInputs, source: ChartSource, content: VersionContent): JsonObject {
  const { service, templates } = inputs
  const dependsOn = inputs.dependencies.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(dependencyOn)
  const template = templates.objects['helm-release']
  return fillSpec(
    template,
    {
      releaseName: service.releaseName,
      storageNamespace: service.namespace,
      serviceAccountName: templateName(templates.objects['service-account'], 'halyard'),
      chartRef: {
        kind: source.repository.type === 'oci' ? 'OCIRepository' : 'HelmChart',
        name: chartSourceName(inputs, source),
      },
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
    },
    configuration(inputs, template, content),
  )
}

/** Values, where secret ones come from and patches; what the skeleton has of the lists goes first. */
function configuration(
  inputs: ReleaseInputs,
  template: JsonObject,
  { values, secrets, patches }: VersionContent,
): JsonObject {
  const inline = valuesBeneath(values, secrets)
  const { spec } = template
  const own = (field: string): readonly Json[] => listOf(isObject(spec) ? spec[field] : undefined)
  return {
    ...(secrets.length === 0
      ? {}
      : { valuesFrom: [...own('valuesFrom'), ...valuesFrom(externalSecretName(inputs, secrets), secrets)] }),
    ...(Object.keys(inline).length === 0 ? {} : { values: inline }),
    ...(patches.length === 0 ? {} : { postRenderers: [...own('postRenderers'), { kustomize: { patches } }] }),
  }
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

function chartSources(inputs: ReleaseInputs, source: ChartSource): readonly JsonObject[] {
  return source.repository.type === 'oci'
    ? [ociRepository(inputs, source)]
    : [helmChart(inputs, source), helmRepository(inputs, source)]
}

function ociRepository(inputs: ReleaseInputs, source: ChartSource): JsonObject {
  const { chart, repository } = source
  const { templates } = inputs
  const template = templates.objects['oci-repository']
  const spec = fillSpec(template, {
    url: `${repository.url.replace(/\/+$/, '')}/${chart.name}`,
    ref: { digest: chart.digest },
    ...credentials(source),
    ...verification(repository.verification),
  })
  return fillTemplate(template, sourceIdentity(inputs, source), { spec })
}

function helmChart(inputs: ReleaseInputs, source: ChartSource): JsonObject {
  const { service, templates } = inputs
  const template = templates.objects['helm-chart']
  const spec = fillSpec(template, {
    chart: source.chart.name,
    version: source.chart.version,
    sourceRef: { kind: 'HelmRepository', name: service.name },
  })
  return fillTemplate(template, sourceIdentity(inputs, source), { spec })
}

function helmRepository(inputs: ReleaseInputs, source: ChartSource): JsonObject {
  const { service, templates } = inputs
  const template = templates.objects['helm-repository']
  const spec = fillSpec(template, { url: source.repository.url, ...credentials(source) })
  return fillTemplate(template, serviceIdentity(inputs, service.name), { spec })
}

function credentials({ repository }: ChartSource): JsonObject {
  const { secretRef, certSecretRef } = repository
  return {
    ...(secretRef === undefined ? {} : { secretRef: { name: secretRef } }),
    ...(certSecretRef === undefined ? {} : { certSecretRef: { name: certSecretRef } }),
  }
}

/** Named by digest: another chart always is another generation of the HelmRelease, so yesterday's Ready is no proof. */
function chartSourceName({ service }: ReleaseInputs, { chart }: ChartSource): string {
  return `${service.name}-${chart.digest.replace(/^sha256:/, '').slice(0, 8)}`
}

function sourceIdentity(inputs: ReleaseInputs, source: ChartSource): Identity {
  return {
    ...serviceIdentity(inputs, chartSourceName(inputs, source)),
    annotations: { 'halyard.dev/chart-digest': source.chart.digest },
  }
}
