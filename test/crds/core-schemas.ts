import type { JsonObject } from '../../src/core/domain/cluster.ts'

const text = { type: 'string' }
const texts = { type: 'object', additionalProperties: text }
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const dnsSubdomain = {
  type: 'string',
  pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$',
  maxLength: 253,
}
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const labels = {
  type: 'object',
  propertyNames: {
    pattern: '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
  },
  additionalProperties: { type: 'string', pattern: '^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$' },
}

/** The part of ObjectMeta that is rendered. */
export const metadataSchema: JsonObject = {
  type: 'object',
  properties: {
    name: dnsSubdomain,
    namespace: { ...dnsSubdomain, maxLength: 63 },
    labels,
    annotations: texts,
  },
  required: ['name'],
}

const binding = {
  type: 'object',
  properties: {
    roleRef: {
      type: 'object',
      properties: { apiGroup: text, kind: { enum: ['Role', 'ClusterRole'] }, name: text },
      required: ['apiGroup', 'kind', 'name'],
    },
    subjects: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          apiGroup: text,
          kind: { enum: ['User', 'Group', 'ServiceAccount'] },
          name: text,
          namespace: text,
        },
        required: ['kind', 'name'],
      },
    },
  },
  required: ['roleRef'],
}

/** Kinds of Kubernetes itself, by its API reference: https://kubernetes.io/docs/reference/kubernetes-api/ */
export const coreSchemas: readonly {
  readonly apiVersion: string
  readonly kind: string
  readonly schema: JsonObject
}[] = [
  { apiVersion: 'v1', kind: 'Namespace', schema: { type: 'object', properties: {} } },
  { apiVersion: 'v1', kind: 'ServiceAccount', schema: { type: 'object', properties: {} } },
  { apiVersion: 'v1', kind: 'ConfigMap', schema: { type: 'object', properties: { data: texts } } },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', schema: binding },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', schema: binding },
]
