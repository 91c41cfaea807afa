import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, selector, text } from './fields.ts'

export const CordonSchema = documentSchema(
  'Cordon',
  'Keeps every wave of every service from clusters, for as long as the file exists.',
  { name: dnsLabel('Name of the cordon; also the name of its file.') },
  Type.Object(
    {
      clusters: selector('The clusters that no wave takes.'),
      reason: text('Why, for everyone who asks what a release waits for.'),
    },
    { additionalProperties: false, description: 'The cordon.' },
  ),
)
export type CordonDocument = Static<typeof CordonSchema>
