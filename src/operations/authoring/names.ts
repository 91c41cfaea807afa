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

/** Throws `KnownError` for what is no semantic version, such as `v1.4.2`, `1.4` or `latest`. */
export function requireVersion(version: string): void {
  if (valid(version) !== null && /^\d/.test(version) && version.trim() === version && version.length <= 128)
    return
  throw new KnownError(
    `${JSON.stringify(version)} is no semantic version`,
    'give one such as 1.4.2 or 2.0.0-rc.1',
  )
}
