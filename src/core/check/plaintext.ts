import type { Catalog } from '../domain/catalog.ts'
import type { Json } from '../domain/cluster.ts'
import type { FieldPath, Finding, FindingScope } from '../domain/finding.ts'
import type { ServiceVersion } from '../domain/service-version.ts'
import { isList } from '../expressions/json-tree.ts'

/** Texts that are secrets by their form, whatever they are called. `docs/checks.md` lists them. */
export const secretTexts: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})/],
  ['a GitLab token', /\bglpat-[-\w]{20,}/],
  ['a Slack token', /\bxox[abeoprs]-[-A-Za-z0-9]{10,}/],
  ['a Google API key', /\bAIza[-\w]{35}/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16,}/],
  ['a JSON web token', /\beyJ[-\w]{8,}\.eyJ[-\w]{8,}\.[-\w]+/],
  ['a URL with a password', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@]{1,100}:[^\s/@]{1,200}@/i],
]

/** Keys whose text is a secret, whatever it looks like; the last word of the key counts. */
const secretKeys =
  /(?:^|[-_.]|(?<=[a-z0-9])(?=[A-Z]))(?:password|passwd|passphrase|secret|token|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|credentials?)$/i

/** Keys that end like those, and hold the name of a Secret object. */
const secretNames = /^existing|(?:pull|tls|cert|certificate)[-_]?secret$/i

/**
 * Values that look like secrets stand in Git for everyone to read. Only the newest version is looked at: an older one
 * can not be mended. No message holds the value, and no source line is shown.
 */
export function checkPlaintext({ versions, clusters }: Catalog): readonly Finding[] {
  return [
    ...[...versions.values()].flatMap((list) => list.slice(-1).flatMap(ofVersion)),
    ...clusters.flatMap(({ name, file, metadata }) =>
      search(metadata, ['spec', 'metadata']).map((found) =>
        warningOf(
          { kind: 'cluster', name },
          file,
          found,
          'keep it out of the catalog, and replace it where it is used',
        ),
      ),
    ),
  ]
}

const known = new WeakMap<ServiceVersion, readonly Finding[]>()

function ofVersion(version: ServiceVersion): readonly Finding[] {
  const before = known.get(version)
  if (before !== undefined) return before
  const { service, file, values, patches } = version
  const remedy = 'put it into the secret store, name it in spec.secrets, and replace it: Git never forgets'
  const findings = [...search(values, ['spec', 'values']), ...search(patches, ['spec', 'patches'])].map(
    (found) => warningOf({ kind: 'service', name: service }, file, found, remedy),
  )
  known.set(version, findings)
  return findings
}

interface Found {
  readonly field: FieldPath
  readonly what: string
}

function search(value: Json, field: FieldPath): readonly Found[] {
  if (typeof value === 'string') {
    const what = looksLike(value, field.at(-1))
    return what === undefined ? [] : [{ field, what }]
  }
  if (typeof value !== 'object' || value === null) return []
  return isList(value)
    ? value.flatMap((item, index) => search(item, [...field, index]))
    : Object.entries(value).flatMap(([key, item]) => search(item, [...field, key]))
}

function looksLike(text: string, key: string | number | undefined): string | undefined {
  const form = secretTexts.find(([, pattern]) => pattern.test(text))
  if (form !== undefined) return form[0]
  if (typeof key !== 'string' || !secretKeys.test(key) || secretNames.test(key)) return undefined
  // What an expression computes is taken from documents that are looked through, too.
  if (text === '' || text.includes('${')) return undefined
  const name = words(key)
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`
}

function words(key: string): string {
  return (secretKeys.exec(key)?.[0] ?? key).replaceAll(/[-_.]/g, ' ').trim().toLowerCase()
}

function warningOf(scope: FindingScope, file: string, { field, what }: Found, remedy: string): Finding {
  const message = `this looks like ${what} in plain text`
  return { severity: 'warning', scope, file, field, hidesValue: true, message, remedy }
}
