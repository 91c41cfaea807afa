import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, selector, semanticVersion, text } from './fields.ts'

export const SkipSchema = documentSchema(
  'Skip',
  'Leaves clusters out of the waves of one version in a group, whatever state they are in.',
  { name: dnsLabel('Name of the order; also the name of its file.') },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      group: dnsLabel('Name of the deployment group.'),
      version: semanticVersion('The version that goes on without the clusters.'),
      clusters: selector('The clusters that are left out.'),
      reason: text('Why, for everyone who asks what became of the clusters.'),
    },
    { additionalProperties: false, description: 'The order.' },
  ),
)
export type SkipDocument = Static<typeof SkipSchema>
