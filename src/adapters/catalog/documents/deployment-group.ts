import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, duration, selector, share, text } from './fields.ts'

const Strategy = Type.Object(
  {
    waves: Type.Optional(
      Type.Array(
        share('How many clusters are on the release once this wave is merged, earlier waves included.', 1),
        {
          description: 'Cumulative sizes of the waves, ascending to 100%. Default [1, 10%, 50%, 100%].',
          minItems: 1,
          maxItems: 50,
          default: [1, '10%', '50%', '100%'],
        },
      ),
    ),
    soak: Type.Optional(
      duration(
        'How long each cluster of a wave must have been healthy before the next wave opens. Default 30m.',
        '30m',
      ),
    ),
    deadline: Type.Optional(
      duration(
        'A cluster that is not healthy so long after it saw the change has failed. Default 20m.',
        '20m',
      ),
    ),
    maxUnhealthy: Type.Optional(
      share('Error budget: failed clusters that a wave may have; none in the first wave. Default 0.', 0, 0),
    ),
    maxSilent: Type.Optional(
      share('Clusters out of contact that a wave may leave behind; none in the first wave. Default 0.', 0, 0),
    ),
    failureDomain: Type.Optional(
      text('Cluster label; early waves take at most one cluster of each of its values. Default: none.', {
        title: 'a Kubernetes label key',
        pattern: '^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$',
      }),
    ),
    onFailure: Type.Optional(
      Type.Enum(['rollback', 'halt'], {
        description: 'What happens when the error budget is spent. Default rollback.',
        default: 'rollback',
      }),
    ),
    supersede: Type.Optional(
      Type.Enum(['finish-wave', 'immediate', 'queue'], {
        description:
          'How a newer version takes over from one that is rolling: once its wave is done, at once, or after its last wave. Default finish-wave.',
        default: 'finish-wave',
      }),
    ),
    catchUp: Type.Optional(
      Type.Enum(['waves', 'immediate'], {
        description:
          'How clusters that were silent, cordoned, pinned or skipped get what is proven by then: in waves that may be rejected, or all at once, where those that fail only go back themselves. Default waves.',
        default: 'waves',
      }),
    ),
  },
  { additionalProperties: false, description: 'How a release moves through the clusters of the group.' },
)
export type StrategyDocument = Static<typeof Strategy>

export const DeploymentGroupSchema = documentSchema(
  'DeploymentGroup',
  'A stage of the promotion graph: which clusters it holds, which groups come before it, how releases move through it.',
  { name: dnsLabel('Name of the group; also the name of its file.') },
  Type.Object(
    {
      clusterSelector: selector('The clusters of the group; a cluster is in exactly one group.'),
      after: Type.Optional(
        Type.Array(dnsLabel('Name of a group.'), {
          description: 'Groups in which a release must be proven before it may start here. Default: none.',
          uniqueItems: true,
          default: [],
        }),
      ),
      promotion: Type.Optional(
        Type.Object(
          {
            mode: Type.Optional(
              Type.Enum(['auto', 'manual'], {
                description:
                  "auto, or manual: a wave's pull request waits for a person's approval. Default auto.",
                default: 'auto',
              }),
            ),
            soak: Type.Optional(
              duration('How long a release must have been proven in the groups before. Default 0s.', '0s'),
            ),
          },
          {
            additionalProperties: false,
            description: 'When a release that is proven in the groups before comes in.',
          },
        ),
      ),
      strategy: Type.Optional(Strategy),
    },
    { additionalProperties: false, description: 'The group.' },
  ),
)
export type DeploymentGroupDocument = Static<typeof DeploymentGroupSchema>
