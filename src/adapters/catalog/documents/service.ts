import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, selector, text, type SelectorDocument } from './fields.ts'

export const ServiceSchema = documentSchema(
  'Service',
  'Something that a team owns and releases.',
  { name: dnsLabel('Name of the service; also the name of its folder, and of its HelmRelease.', 53) },
  Type.Object(
    {
      owner: text('Team that owns the service.', { maxLength: 100 }),
      namespace: dnsLabel('Kubernetes namespace that it runs in. It never changes.'),
      releaseName: Type.Optional(
        dnsLabel('Name of the Helm release. It never changes. Default: the name of the service.', 53),
      ),
      tier: Type.Optional(
        Type.Enum(['foundation', 'standard'], {
          description:
            'Namespaces of tier foundation are installed before all others. It never changes. Default standard.',
          default: 'standard',
        }),
      ),
      targets: Type.Unsafe<'none' | SelectorDocument>({
        description:
          'Clusters that shall run the service: a selector, or none to remove it from all of them.',
        if: { type: 'string' },
        then: { type: 'string', const: 'none' },
        else: selector('Clusters that shall run the service.'),
      }),
      dependsOn: Type.Optional(
        Type.Array(dnsLabel('Name of a service.'), {
          description: 'Services on the same cluster that are installed before this one. Default: none.',
          uniqueItems: true,
          default: [],
        }),
      ),
      notifications: Type.Optional(
        Type.Array(
          Type.Object(
            {
              type: Type.Enum(['slack', 'pagerduty', 'webhook', 'email'], {
                description: 'Kind of the receiver.',
              }),
              target: text('Channel, routing key name, URL or address of the receiver.'),
            },
            { additionalProperties: false, description: 'A receiver.' },
          ),
          {
            description: 'Who hears of releases that failed or wait for a person. Default: nobody.',
            default: [],
          },
        ),
      ),
      skipGroups: Type.Optional(
        Type.Array(
          Type.Object(
            {
              group: dnsLabel('A deployment group in which the service has no target.'),
              reason: text('Why its releases need no proof there.', { maxLength: 500 }),
            },
            { additionalProperties: false, description: 'A stage that is left out on purpose.' },
          ),
          {
            description:
              'Deployment groups without targets that come before groups with targets, and need not prove the releases: the nearest groups with targets do, or none. Default: none, and a group whose ancestors have no target is an error.',
            default: [],
          },
        ),
      ),
    },
    { additionalProperties: false, description: 'The service.' },
  ),
)
export type ServiceDocument = Static<typeof ServiceSchema>
