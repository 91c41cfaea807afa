import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, moment, selector, text } from './fields.ts'

export const RetrySchema = documentSchema(
  'Retry',
  'Voids failures and rejections of a service in a group that are older than a moment.',
  { name: dnsLabel('Name of the order; also the name of its file.') },
  Type.Object(
    {
      service: dnsLabel('Name of the service.', 53),
      group: dnsLabel('Name of the deployment group.'),
      at: moment('What failed before this moment may be tried again. Not later than now.'),
      clusters: Type.Optional(
        selector('Clusters that are tried again. Default: all of them, and the rejected versions too.'),
      ),
      reason: text('Why it will go well this time.'),
    },
    { additionalProperties: false, description: 'The order.' },
  ),
)
export type RetryDocument = Static<typeof RetrySchema>
