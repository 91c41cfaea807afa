import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, semanticVersion, text } from './fields.ts'

export const PromoteSchema = documentSchema(
  'Promote',
  'Lets a version start in a group without the proof of the groups before it.',
  { name: dnsLabel('Name of the promotion; also the name of its file.') },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      group: dnsLabel('Name of the deployment group.'),
      version: semanticVersion('The version that may start.'),
      proof: text('What stands in for the proof: words or a link, for the pull requests of its waves.'),
      reason: text('Why, for the pull requests and history.'),
    },
    { additionalProperties: false, description: 'The promotion.' },
  ),
)
export type PromoteDocument = Static<typeof PromoteSchema>
