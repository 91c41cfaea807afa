import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, text } from './fields.ts'

export const ApproveSchema = documentSchema(
  'Approve',
  'Agrees to one change of the fleet that waits for a person: a removal, the emptying of a cluster, or the wave of a group with manual promotion.',
  { name: dnsLabel('Name of the order; also the name of its file.') },
  Type.Object(
    {
      service: Type.Optional(dnsLabel('Service whose change it is. Default: any.', 53)),
      group: Type.Optional(dnsLabel('Deployment group of the change. Default: any.')),
      cluster: Type.Optional(dnsLabel('Cluster that is emptied. Default: any.')),
      digest: text('What the change is called by whoever waits for it. Anything else is not approved.', {
        title: 'sha256: and 64 hexadecimal digits',
        pattern: '^sha256:[0-9a-f]{64}$',
      }),
      reason: text('Why, for the pull requests and history.'),
    },
    { additionalProperties: false, description: 'The order.' },
  ),
)
export type ApproveDocument = Static<typeof ApproveSchema>
