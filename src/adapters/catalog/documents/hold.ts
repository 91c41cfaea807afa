import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, flag, text } from './fields.ts'

export const HoldSchema = documentSchema(
  'Hold',
  'Stops forward waves in its scope for as long as the file exists.',
  { name: dnsLabel('Name of the hold; also the name of its file.') },
  Type.Object(
    {
      service: Type.Optional(dnsLabel('Service that is held. Default: every service.')),
      group: Type.Optional(dnsLabel('Deployment group that is held. Default: every group.')),
      rollbacks: Type.Optional(flag('Stops rollbacks too. Default false.', false)),
      reason: text('Why, for everyone who asks what a release waits for.'),
    },
    { additionalProperties: false, description: 'The hold.' },
  ),
)
export type HoldDocument = Static<typeof HoldSchema>
