import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, moment, text } from './fields.ts'

export const FreezeSchema = documentSchema(
  'Freeze',
  'Stops forward waves in its scope for a time that is known in advance, or until the file is removed.',
  { name: dnsLabel('Name of the freeze; also the name of its file.') },
  Type.Object(
    {
      service: Type.Optional(dnsLabel('Service that is frozen. Default: every service.', 53)),
      group: Type.Optional(dnsLabel('Deployment group that is frozen. Default: every group.')),
      from: Type.Optional(moment('When it begins. Default: at once.')),
      until: Type.Optional(moment('When it is over. Default: when the file is removed.')),
      reason: text('Why, for everyone who asks what a release waits for.'),
    },
    { additionalProperties: false, description: 'The freeze.' },
  ),
)
export type FreezeDocument = Static<typeof FreezeSchema>
