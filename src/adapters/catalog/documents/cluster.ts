import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, flag, labelMap, payload, text } from './fields.ts'

const connection = Type.Object(
  {
    kubeconfig: Type.Object(
      {
        file: Type.Optional(
          text(
            'Name of a file in the folder that halyard run has its kubeconfigs in. Default: <cluster>.kubeconfig.',
            {
              title: 'the name of a file, without a folder',
              pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
              maxLength: 253,
            },
          ),
        ),
        context: Type.Optional(
          text(
            'Context of that file, or of the one kubeconfig that halyard run has. Default: its current one.',
            {
              maxLength: 253,
            },
          ),
        ),
      },
      {
        additionalProperties: false,
        minProperties: 1,
        description: 'Where the credential is for reading the cluster. It is never in the catalog itself.',
      },
    ),
  },
  {
    additionalProperties: false,
    description: 'How Halyard reads the cluster, where that does not follow from its name.',
  },
)

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
      connection: Type.Optional(connection),
    },
    { additionalProperties: false, description: 'The cluster.' },
  ),
)
export type ClusterDocument = Static<typeof ClusterSchema>
