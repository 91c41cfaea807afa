import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, semanticVersion, text } from './fields.ts'

export const RollbackSchema = documentSchema(
  'Rollback',
  'Rejects a version of a service in a group; its clusters go back to what they ran before.',
  { name: dnsLabel('Name of the rollback; also the name of its file.') },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      group: dnsLabel('Name of the deployment group.'),
      from: semanticVersion('The version that is rejected.'),
      reason: text('Why, for the pull request and history.'),
    },
    { additionalProperties: false, description: 'The rollback.' },
  ),
)
export type RollbackDocument = Static<typeof RollbackSchema>
