import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, duration, labelKeyPattern, share, text } from './fields.ts'

/** Forges show at most 300 files of a pull request (GitHub's list of changed files). */
const mostClusters = 250

const ChangeBudget = Type.Object(
  {
    per: text(
      'What has a budget of its own: each cluster, group or value of a label, or the fleet as a whole.',
      {
        title: 'cluster, group, fleet or label:<key>',
        pattern: `^(cluster|group|fleet|label:${labelKeyPattern.slice(1, -1)})$`,
        maxLength: 330,
      },
    ),
    max: share(
      'How many placements may change within the time; a percentage is of the clusters in the scope.',
      1,
    ),
    within: duration('How far back changes count; at most 24h.'),
  },
  {
    additionalProperties: false,
    description: 'At most `max` placements change `within` a time, in each scope on its own.',
    if: { type: 'object', properties: { per: { const: 'cluster' } } },
    then: { type: 'object', properties: { max: { type: 'integer' } } },
  },
)

const repositoryName = text('The fleet repository on the forge.', {
  title: 'owner/name',
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+$',
  maxLength: 200,
})

const secretSource = (description: string) =>
  Type.Union(
    [
      Type.Object(
        {
          env: text('Name of an environment variable.', {
            title: 'a name',
            pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
          }),
        },
        { additionalProperties: false },
      ),
      Type.Object(
        { file: text('Absolute path of a file.', { title: 'an absolute path', pattern: '^/.+$' }) },
        { additionalProperties: false },
      ),
    ],
    { description },
  )

const Forge = Type.Union(
  [
    Type.Object({ type: Type.Literal('local') }, { additionalProperties: false }),
    Type.Object(
      {
        type: Type.Literal('github'),
        apiUrl: Type.Optional(
          text('API of GitHub Enterprise Server. Default https://api.github.com.', {
            title: 'an https URL',
            pattern: '^https://[^\\s@]+$',
          }),
        ),
        repository: repositoryName,
        token: Type.Optional(secretSource('A token of the account that acts.')),
        app: Type.Optional(
          Type.Object(
            {
              id: text('Id of the GitHub App.', { title: 'a number', pattern: '^[0-9]+$' }),
              installation: Type.Optional(
                Type.Integer({
                  description: 'Id of its installation. Default: that of the repository.',
                  minimum: 1,
                }),
              ),
              privateKey: secretSource('Its private key, as GitHub gives it (PEM).'),
            },
            { additionalProperties: false },
          ),
        ),
      },
      { additionalProperties: false },
    ),
    Type.Object(
      {
        type: Type.Literal('gitea'),
        url: text('Where Gitea or Forgejo is.', { title: 'a URL', pattern: '^https?://[^\\s@]+$' }),
        repository: repositoryName,
        token: secretSource('A token of the account that acts.'),
      },
      { additionalProperties: false },
    ),
  ],
  {
    description:
      'Where its pull requests live. Default: in the repository itself. Secrets are named, never written.',
  },
)

export const SettingsSchema = documentSchema(
  'Settings',
  'Settings of the whole catalog: halyard.yaml at the root of the repository.',
  { name: dnsLabel('Name of the installation, for people.') },
  Type.Object(
    {
      fleet: Type.Object(
        {
          url: text('Git URL of the fleet repository, as the clusters reach it.', {
            title: 'a Git URL that starts with https://, http://, ssh:// or file:// and holds no password',
            pattern: '^((https?|file)://|ssh://([-a-z0-9._]+@)?)[^\\s@]+$',
          }),
          branch: Type.Optional(
            text('Branch that the clusters follow.', {
              title: 'a branch name',
              pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]*$',
              maxLength: 200,
            }),
          ),
          forge: Type.Optional(Forge),
          secretRef: Type.Optional(
            dnsLabel('Name of the Secret in flux-system that holds the Git credentials.'),
          ),
          repairEdits: Type.Optional(
            Type.Boolean({
              description:
                'Whether a service file that somebody edited in the fleet repository is put back, by a refresh in waves. Default false: it is reported, and stays until the next release.',
              default: false,
            }),
          ),
        },
        {
          additionalProperties: false,
          description: 'The fleet repository that Flux reads. branch defaults to main.',
        },
      ),
      silentAfter: Type.Optional(
        duration('A cluster that reported nothing for so long counts as silent. Default 10m.', '10m'),
      ),
      health: Type.Optional(
        Type.Object(
          {
            blackout: Type.Optional(
              share(
                'So many of the clusters that were in contact falling silent at once, at least 3, shut every forward gate and stop all clocks. Default 20%.',
                1,
                '20%',
              ),
            ),
            sick: Type.Optional(
              share(
                'A cluster is sick when so many of its services that no rollout changes are unwell: its failures then count as silence, within maxSilent. Default 50%.',
                1,
                '50%',
              ),
            ),
            sickLeast: Type.Optional(
              Type.Integer({
                description: 'A cluster with fewer such services is never judged sick. Default 2.',
                minimum: 1,
                maximum: 10_000,
                default: 2,
              }),
            ),
          },
          { additionalProperties: false, description: 'When what clusters report can not be trusted.' },
        ),
      ),
      pullRequests: Type.Optional(
        Type.Object(
          {
            maxClusters: Type.Optional(
              Type.Integer({
                title: `a number from 1 to ${mostClusters}`,
                description: `A wave of more clusters comes in parts, one pull request after the other. Default ${mostClusters}.`,
                minimum: 1,
                maximum: mostClusters,
                default: mostClusters,
              }),
            ),
          },
          { additionalProperties: false, description: 'Limits of one pull request.' },
        ),
      ),
      changeBudgets: Type.Optional(
        Type.Array(ChangeBudget, {
          description:
            'How much of the fleet may change at a time, whatever services change. Default: no limits.',
          maxItems: 20,
          default: [],
        }),
      ),
      pruneGuard: Type.Optional(
        Type.Object(
          {
            service: Type.Optional(share('Of the placements of one service.', 0, '25%')),
            cluster: Type.Optional(share('Of the placements on one cluster.', 0, '30%')),
            fleet: Type.Optional(share('Of all placements.', 0, '5%')),
          },
          {
            additionalProperties: false,
            description:
              'So many placements may leave without a person. All that is to leave counts, not one wave of it; a single placement always may.',
          },
        ),
      ),
      secretsNamespace: Type.Optional(
        dnsLabel(
          'Namespace of the External Secrets operator, whose services can not use secrets. Default external-secrets.',
        ),
      ),
    },
    { additionalProperties: false, description: 'The settings.' },
  ),
)
export type SettingsDocument = Static<typeof SettingsSchema>
