import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, duration, semanticVersion, text } from './fields.ts'

export const ExpediteSchema = documentSchema(
  'Expedite',
  'Shortens every soak of a version, in all groups.',
  { name: dnsLabel('Name of the order; also the name of its file.') },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      version: semanticVersion('The version that may hurry.'),
      soak: duration('No soak of the version, of a wave or for promotion, is longer than this.'),
      approvedBy: text('Who answers for it.', { maxLength: 200 }),
      reason: text('Why, for the pull requests and history.'),
    },
    { additionalProperties: false, description: 'The order.' },
  ),
)
export type ExpediteDocument = Static<typeof ExpediteSchema>
