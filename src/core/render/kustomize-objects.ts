import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { JsonObject } from '../domain/cluster.ts'
import type { KustomizePin, KustomizeReference } from '../domain/service-version.ts'
import { isObject, listOf } from '../expressions/json-tree.ts'
import { externalSecretName } from './external-secret.ts'
import { fillSpec, fillTemplate, templateName } from './fill-template.ts'
import { folderPath } from './folder-path.ts'
import type { KustomizeOrigin, KustomizeSource } from './payload-source.ts'
import { serviceIdentity } from './service-identity.ts'
import { postBuild } from './substitutions.ts'
import type { ReleaseInputs } from './types.ts'
import { verification } from './verification.ts'
import type { VersionContent } from './version-content.ts'

/** The Flux objects of a kustomize payload: the Kustomization first, then where its manifests come from. */
export function kustomizeObjects(
  inputs: ReleaseInputs,
  source: KustomizeSource,
  content: VersionContent,
): readonly JsonObject[] {
  const { service, version, templates } = inputs
  const identity = {
    ...serviceIdentity(inputs, service.name),
    annotations: {
      'event.toolkit.fluxcd.io/service': service.name,
      'event.toolkit.fluxcd.io/version': version.version,
    },
  }
  const spec = kustomizationSpec(inputs, source, content)
  return [
    fillTemplate(templates.objects['service-kustomization'], identity, { spec }),
    sourceObject(inputs, source.origin),
  ]
}

/** The spec of the service's Kustomization, which health is compared with. */
export function kustomizationSpec(
  inputs: ReleaseInputs,
  source: KustomizeSource,
  content: VersionContent,
): JsonObject {
  const { service, templates } = inputs
  const template = templates.objects['service-kustomization']
  const own = isObject(template['spec']) ? template['spec'] : {}
  const dependsOn = inputs.dependencies.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(dependencyOn)
  const { kind } = sourceTemplate(inputs, source.origin)
  const secretName = content.secrets.length === 0 ? undefined : externalSecretName(inputs, content.secrets)
  const substitutions = postBuild(own['postBuild'], content.values, content.secrets, secretName)
  const patches = [...listOf(own['patches']), ...content.patches]
  return fillSpec(
    template,
    {
      sourceRef: { kind, name: sourceName(inputs, source.origin) },
      path: folderPath(content.path) ?? './',
      targetNamespace: service.namespace,
      serviceAccountName: templateName(templates.objects['service-account'], 'halyard'),
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
      ...(source.kustomize.timeout === undefined ? {} : { timeout: source.kustomize.timeout }),
    },
    {
      ...health(source.kustomize, service.namespace),
      ...(substitutions === undefined ? {} : { postBuild: substitutions }),
      ...(patches.length === 0 ? {} : { patches }),
    },
  )
}

/** Flux waits for everything or for the list (docs/spec/v1, Health checks), whose objects are the service's own. */
function health({ wait, healthChecks, healthCheckExprs }: KustomizeReference, namespace: string): JsonObject {
  const waits = wait ?? (healthChecks.length > 0 ? false : undefined)
  const exprs = healthCheckExprs.map(({ apiVersion, kind, current, inProgress, failed }) => ({
    apiVersion,
    kind,
    current,
    ...(inProgress === undefined ? {} : { inProgress }),
    ...(failed === undefined ? {} : { failed }),
  }))
  return {
    ...(waits === undefined ? {} : { wait: waits }),
    ...(healthChecks.length === 0
      ? {}
      : {
          healthChecks: healthChecks.map(({ apiVersion, kind, name }) => ({
            apiVersion,
            kind,
            name,
            namespace,
          })),
        }),
    ...(exprs.length === 0 ? {} : { healthCheckExprs: exprs }),
  }
}

/** Only the first apply waits for a dependency: once applied, its sickness must not hold back anyone's rollback. */
function dependencyOn({ name, namespace }: ReleaseInputs['dependencies'][number]): JsonObject {
  return { name, namespace, readyExpr: 'has(dep.status.lastAppliedRevision)' }
}

function sourceObject(inputs: ReleaseInputs, origin: KustomizeOrigin): JsonObject {
  const { template } = sourceTemplate(inputs, origin)
  return fillTemplate(template, serviceIdentity(inputs, sourceName(inputs, origin)), {
    spec: sourceSpec(inputs, origin),
  })
}

/**
 * By the digest of all that decides what is fetched, the pin first of all: another payload always is another generation
 * of the Kustomization, so that yesterday's Ready and last applied revision are no proof of it.
 */
function sourceName(inputs: ReleaseInputs, origin: KustomizeOrigin): string {
  const { kind } = sourceTemplate(inputs, origin)
  const text = JSON.stringify([kind, sourceSpec(inputs, origin)])
  return `${inputs.service.name}-${bytesToHex(sha256(utf8ToBytes(text))).slice(0, 8)}`
}

function sourceTemplate(
  { templates: { objects } }: ReleaseInputs,
  { type }: KustomizeOrigin,
): { readonly kind: string; readonly template: JsonObject } {
  return type === 'git'
    ? { kind: 'GitRepository', template: objects['service-git-repository'] }
    : { kind: 'OCIRepository', template: objects['service-oci-repository'] }
}

function sourceSpec(inputs: ReleaseInputs, origin: KustomizeOrigin): JsonObject {
  const { template } = sourceTemplate(inputs, origin)
  const { secretRef } = origin.repository
  return fillSpec(template, {
    ...(origin.type === 'git' ? gitFields(origin) : ociFields(origin)),
    ...(secretRef === undefined ? {} : { secretRef: { name: secretRef } }),
  })
}

function gitFields({ repository, commit }: Extract<KustomizeOrigin, { type: 'git' }>): JsonObject {
  const { url, branch, verificationSecretRef } = repository
  return {
    url,
    ref: { ...(branch === undefined ? {} : { branch }), commit },
    ...(verificationSecretRef === undefined
      ? {}
      : { verify: { mode: 'HEAD', secretRef: { name: verificationSecretRef } } }),
  }
}

function ociFields({ repository, artifact, digest }: Extract<KustomizeOrigin, { type: 'oci' }>): JsonObject {
  const url = repository.url.replace(/\/+$/, '')
  const { certSecretRef } = repository
  return {
    url: artifact === undefined ? url : `${url}/${artifact}`,
    ref: { digest },
    ...(certSecretRef === undefined ? {} : { certSecretRef: { name: certSecretRef } }),
    ...verification(repository.verification),
  }
}

/**
 * The end of every revision that Flux reports of what is pinned: `sha1:<commit>`, after `<branch>@` where one is named
 * (fluxcd/pkg git, Commit.String), or `sha256:<digest>` (source-controller, OCIRepository getRevision).
 */
export function pinnedRevision(pin: KustomizePin): string {
  return pin.kind === 'commit' ? `sha1:${pin.commit}` : pin.digest
}
