import { valid } from 'semver'
import { KnownError } from '../known-error.ts'

/** A DNS label (RFC 1123), as Kubernetes names are: such a name is never an option, a path or an escape sequence. */
const label = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/

/** Services have names of at most 53 characters, as Helm releases have; others of at most 63. Throws `KnownError`. */
export function requireName(what: string, name: string, longest = 63): void {
  if (label.test(name) && name.length <= longest) return
  throw new KnownError(
    `${JSON.stringify(name)} is no name of a ${what}`,
    `give at most ${longest} of a-z, 0-9 and "-", starting and ending with a letter or digit`,
  )
}

/** What was given, for an error. A URL may hold a password, which is for nobody's log. */
export function quoted(text: string): string {
  return JSON.stringify(text.replace(/\/\/[^@/]*@/, '//…@'))
}

/** A team or a user, as CODEOWNERS of the usual forges take them. Throws `KnownError`. */
export function requireCodeOwner(owner: string): void {
  if (/^@?[A-Za-z0-9][\w./@+-]{0,199}$/.test(owner)) return
  throw new KnownError(
    `${quoted(owner)} is no owner of code`,
    'give a team or a user of your forge: @your-org/platform-team',
  )
}

/** Throws `KnownError` for what is no semantic version, such as `v1.4.2`, `1.4` or `latest`. */
export function requireVersion(version: string): void {
  if (valid(version) !== null && /^\d/.test(version) && version.trim() === version && version.length <= 128)
    return
  throw new KnownError(
    `${JSON.stringify(version)} is no semantic version`,
    'give one such as 1.4.2 or 2.0.0-rc.1',
  )
}
