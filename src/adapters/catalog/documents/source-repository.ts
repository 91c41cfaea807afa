import { Type, type Static } from 'typebox'
import { Verification } from './chart-repository.ts'
import { dnsLabel, documentSchema, text } from './fields.ts'

/** https://fluxcd.io/flux/components/source/gitrepositories/#verification */
const GitVerification = Type.Object(
  {
    mode: Type.Literal('HEAD', { description: 'What must be signed: the commit.' }),
    secretRef: dnsLabel("Name of a Secret in the service's namespace that holds the OpenPGP public keys."),
  },
  {
    additionalProperties: false,
    description: 'How clusters check who signed a commit before they use it. Default: not at all.',
  },
)

const gitFields = {
  url: {
    title: 'a URL that starts with https://, http:// or ssh://, as type is git',
    type: 'string',
    pattern: '^(https?://[^\\s@]+|ssh://([A-Za-z0-9._-]+@)?[^\\s@]+)$',
  },
  // The authority that signed a Git server's certificate stands in the Secret with the credentials.
  certSecretRef: false,
  verify: GitVerification,
}

const ociFields = {
  url: {
    title: 'a URL that starts with oci://, as type is oci',
    type: 'string',
    pattern: '^oci://[^\\s@]+$',
  },
  branch: false,
  verify: Verification,
}

export const SourceRepositorySchema = documentSchema(
  'SourceRepository',
  'Where kustomize payloads come from.',
  { name: dnsLabel('Name of the repository; also the name of its file.') },
  Type.Object(
    {
      type: Type.Enum(['git', 'oci'], {
        description:
          'git: a Git repository; oci: an OCI registry with artifacts as flux push artifact makes them.',
      }),
      url: text(
        'Address of the Git repository, or of the OCI registry with or without the name of an artifact.',
        {
          title: 'a URL such as https://git.example.com/shop/deploy or oci://registry.example.com/manifests',
        },
      ),
      branch: Type.Optional(
        text('The only branch that clusters clone; every commit must be on it. Default: all of them.', {
          title: 'a branch name',
          pattern: '^(?!.*\\.\\.)[A-Za-z0-9_][A-Za-z0-9._/-]*$',
          maxLength: 250,
        }),
      ),
      secretRef: Type.Optional(
        dnsLabel("Name of a Secret in the service's namespace that holds the credentials. Default: none."),
      ),
      certSecretRef: Type.Optional(
        dnsLabel(
          "Name of a Secret in the service's namespace that holds a client certificate or the registry's authority. Default: none.",
        ),
      ),
      verify: Type.Optional(
        Type.Unsafe<Static<typeof Verification> | Static<typeof GitVerification>>({
          description:
            'How clusters check who signed what they fetch: a commit of git (mode, secretRef) or an artifact of oci (provider, secretRef, matchOIDCIdentity). Default: not at all.',
        }),
      ),
    },
    {
      additionalProperties: false,
      description: 'The repository.',
      if: { type: 'object', properties: { type: { const: 'git' } } },
      then: { type: 'object', properties: gitFields },
      else: { type: 'object', properties: ociFields },
    },
  ),
)
export type SourceRepositoryDocument = Static<typeof SourceRepositorySchema>
