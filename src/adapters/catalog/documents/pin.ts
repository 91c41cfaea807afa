import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, selector, semanticVersion, text } from './fields.ts'

export const PinSchema = documentSchema(
  'Pin',
  'Keeps a service on one version, in a group or everywhere, or on some clusters only.',
  { name: dnsLabel('Name of the pin; also the name of its file.') },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      version: semanticVersion('The version that it is pinned to; a group may move down to it.'),
      group: Type.Optional(dnsLabel('Deployment group that is pinned. Default: every group.')),
      clusters: Type.Optional(
        selector('Clusters that take no other version; the rest of the group is not pinned. Default: all.'),
      ),
      reason: text('Why, for everyone who asks what a release waits for.'),
    },
    { additionalProperties: false, description: 'The pin.' },
  ),
)
export type PinDocument = Static<typeof PinSchema>
