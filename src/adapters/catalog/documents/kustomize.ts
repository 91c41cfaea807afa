import { Type, type Static } from 'typebox'
import { dnsLabel, duration, text } from './fields.ts'

const apiVersion = () =>
  text('API version of the object.', {
    title: 'an API version such as apps/v1',
    pattern: '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?v[a-z0-9]+$',
    maxLength: 253,
  })

const kind = () =>
  text('Kind of the object.', {
    title: 'a kind such as Deployment',
    pattern: '^[A-Z][A-Za-z0-9]*$',
    maxLength: 63,
  })

const celExpression = (description: string) => text(description, { maxLength: 2000 })

/** Without a namespace: a service's health is that of its own objects. */
const HealthCheck = Type.Object(
  {
    apiVersion: apiVersion(),
    kind: kind(),
    name: text('Name of the object.', {
      title: 'a name of a Kubernetes object',
      pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
      maxLength: 253,
    }),
  },
  {
    additionalProperties: false,
    description: "An object in the service's namespace that Ready waits for.",
  },
)

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#health-check-expressions */
const HealthCheckExpression = Type.Object(
  {
    apiVersion: apiVersion(),
    kind: kind(),
    current: celExpression('CEL that is true when the object is ready.'),
    inProgress: Type.Optional(celExpression('CEL that is true while the object gets there.')),
    failed: Type.Optional(celExpression('CEL that is true when the object has failed.')),
  },
  { additionalProperties: false, description: 'How Flux reads the health of a custom resource.' },
)

export const Kustomize = Type.Object(
  {
    repository: dnsLabel('Name of a SourceRepository.'),
    commit: Type.Optional(
      text('Commit of a Git repository.', {
        title: 'a whole commit of 40 hex digits; a branch, a tag or a short commit is a mutable reference',
        pattern: '^[0-9a-f]{40}$',
      }),
    ),
    digest: Type.Optional(
      text('Digest of the manifest of an OCI artifact.', {
        title: 'sha256: and 64 hex digits; a tag alone is a mutable reference',
        pattern: '^sha256:[0-9a-f]{64}$',
      }),
    ),
    artifact: Type.Optional(
      text("Name of the OCI artifact below the repository's URL. Default: the URL is that of the artifact.", {
        title: 'a name such as payments or shop/payments',
        pattern: '^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$',
        maxLength: 200,
      }),
    ),
    path: Type.Optional(
      text(
        'Folder that is built. May hold ${…} expressions, such as overlays/${cluster.group}. Default: the root.',
        { title: 'a folder below the root of the source, such as deploy/overlays/prod' },
      ),
    ),
    timeout: Type.Optional(
      duration('How long an apply and its health checks may take. Default: that of the skeleton, 5m.'),
    ),
    wait: Type.Optional(
      Type.Boolean({
        description:
          'Whether Ready waits for every object. Default: that of the skeleton, true; false where there are healthChecks.',
      }),
    ),
    healthChecks: Type.Optional(
      Type.Array(HealthCheck, {
        description: 'The objects that Ready waits for instead of all. Default: none.',
        maxItems: 100,
        minItems: 1,
      }),
    ),
    healthCheckExprs: Type.Optional(
      Type.Array(HealthCheckExpression, {
        description: 'How the health of custom resources is read. Default: by their conditions.',
        maxItems: 100,
        minItems: 1,
      }),
    ),
  },
  {
    additionalProperties: false,
    description: 'What kustomize builds, pinned to a commit or by digest. Either this or chart.',
    if: { type: 'object', properties: { digest: false } },
    then: {
      type: 'object',
      properties: { commit: { type: 'string' }, artifact: false },
      required: ['commit'],
    },
    else: { type: 'object', properties: { commit: false } },
  },
)
export type KustomizeDocument = Static<typeof Kustomize>
