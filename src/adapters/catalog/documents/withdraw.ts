import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, flag, semanticVersion, text } from './fields.ts'

export const WithdrawSchema = documentSchema(
  'Withdraw',
  'Takes a version out of circulation: nothing moves to it any more, in any group.',
  { name: dnsLabel('Name of the withdrawal; also the name of its file.') },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      version: semanticVersion('The version that is withdrawn.'),
      moves: Type.Optional(
        flag('Groups that are on the version go back, as a Rollback sends them. Default false.', false),
      ),
      reason: text('Why, for everyone who asks what became of the version.'),
    },
    { additionalProperties: false, description: 'The withdrawal.' },
  ),
)
export type WithdrawDocument = Static<typeof WithdrawSchema>
