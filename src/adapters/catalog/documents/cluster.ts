import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, flag, labelMap, payload } from './fields.ts'

export const ClusterSchema = documentSchema(
  'Cluster',
  'A Kubernetes cluster. This file makes it exist; removing the file stops managing it.',
  {
    name: dnsLabel('Name of the cluster; also the name of its file. It never changes.'),
    labels: Type.Optional(
      labelMap(
        'Labels that selectors match and expressions read as cluster.labels, for example env, provider, region.',
      ),
    ),
  },
  Type.Object(
    {
      metadata: Type.Optional(
        payload(
          'Facts of the cluster in any form, which expressions read as cluster.metadata, for example size: large.',
        ),
      ),
      decommission: Type.Optional(
        flag(
          'true empties the cluster: nothing new goes there, and what runs there leaves once a person has approved it.',
          false,
        ),
      ),
    },
    { additionalProperties: false, description: 'The cluster.' },
  ),
)
export type ClusterDocument = Static<typeof ClusterSchema>
