import { Type, type Static } from 'typebox'
import { dnsLabel, documentSchema, duration, text } from './fields.ts'

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
          secretRef: Type.Optional(
            dnsLabel('Name of the Secret in flux-system that holds the Git credentials.'),
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
