import type { Json, JsonObject } from '../domain/cluster.ts'
import { isList, isObject } from '../expressions/json-tree.ts'
import { externalSecret, externalSecretName } from './external-secret.ts'
import { fillSpec, fillTemplate, templateName, type Identity } from './fill-template.ts'
import { serviceIdentity } from './service-identity.ts'
import type { ReleaseInputs } from './types.ts'
import type { VersionContent } from './version-content.ts'
import { valuesBeneath, valuesFrom } from './values-from.ts'

/**
 * The Flux objects of a service release with the given content: the HelmRelease first, then where its chart comes
 * from, then where its secret values do.
 */
export function serviceObjects(inputs: ReleaseInputs, content: VersionContent): readonly JsonObject[] {
  const secrets = content.secrets.length === 0 ? [] : [externalSecret(inputs, content.secrets)]
  return [helmRelease(inputs, content), ...chartSources(inputs), ...secrets]
}

function helmRelease(inputs: ReleaseInputs, content: VersionContent): JsonObject {
  const { service, version, templates } = inputs
  const template = templates.objects['helm-release']
  const identity = {
    ...serviceIdentity(inputs, service.name),
    annotations: {
      'event.toolkit.fluxcd.io/service': service.name,
      'event.toolkit.fluxcd.io/version': version.version,
    },
  }
  return fillTemplate(template, identity, { spec: helmReleaseSpec(inputs, content) })
}

/** The spec of the service's HelmRelease, which health is compared with. */
export function helmReleaseSpec(inputs: ReleaseInputs, content: VersionContent): JsonObject {
  const { service, chartRepository, templates } = inputs
  const dependsOn = inputs.dependencies.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(dependencyOn)
  const template = templates.objects['helm-release']
  return fillSpec(
    template,
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
  const own = (field: string): readonly Json[] => {
    const { spec } = template
    const list = isObject(spec) ? spec[field] : undefined
    return typeof list === 'object' && list !== null && isList(list) ? list : []
  }
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
    ...credentials(inputs),
    ...verification(inputs),
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
  const spec = fillSpec(template, { url: chartRepository.url, ...credentials(inputs) })
  return fillTemplate(template, serviceIdentity(inputs, service.name), { spec })
}

function credentials({ chartRepository }: ReleaseInputs): JsonObject {
  const { secretRef, certSecretRef } = chartRepository
  return {
    ...(secretRef === undefined ? {} : { secretRef: { name: secretRef } }),
    ...(certSecretRef === undefined ? {} : { certSecretRef: { name: certSecretRef } }),
  }
}

function verification({ chartRepository }: ReleaseInputs): JsonObject {
  if (chartRepository.verification === undefined) return {}
  const { provider, secretRef, identities } = chartRepository.verification
  return {
    verify: {
      provider,
      ...(secretRef === undefined ? {} : { secretRef: { name: secretRef } }),
      ...(identities.length === 0
        ? {}
        : { matchOIDCIdentity: identities.map(({ issuer, subject }) => ({ issuer, subject })) }),
    },
  }
}

/** Named by digest: another chart always is another generation of the HelmRelease, so yesterday's Ready is no proof. */
function chartSourceName({ service, version }: ReleaseInputs): string {
  return `${service.name}-${version.chart.digest.replace(/^sha256:/, '').slice(0, 8)}`
}

function sourceIdentity(inputs: ReleaseInputs, name: string): Identity {
  return {
    ...serviceIdentity(inputs, name),
    annotations: { 'halyard.dev/chart-digest': inputs.version.chart.digest },
  }
}
