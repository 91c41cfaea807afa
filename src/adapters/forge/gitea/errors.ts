import { ForgeError, type ForgeFault } from '../errors.ts'

export interface GiteaRefusal {
  readonly status: number
  /** Gitea's words on one line. */
  readonly said: string
}

/** `repository`: `owner/name`, for the message. */
export function toForgeError(refusal: GiteaRefusal, repository: string): ForgeError {
  const { status, said } = refusal
  const error = (fault: ForgeFault, message: string, remedy: string): ForgeError =>
    new ForgeError(fault, message, remedy, refusal)
  if (status >= 500) return error('unreachable', `the forge failed (${status}): ${said}`, 'it is tried again')
  if (status >= 300 && status < 400) {
    return error(
      'refused',
      `the forge sends elsewhere (${status})`,
      `${repository} was renamed or the URL is not the one that the forge calls its own: correct it`,
    )
  }
  if (status === 401) {
    return error(
      'credentials',
      `the forge refuses the token: ${said}`,
      'it is wrong, expired or revoked: issue a new one and put it where spec.fleet.forge names it',
    )
  }
  if (status === 423 || /archived/i.test(said)) {
    return error(
      'archived',
      `${repository} is archived: nothing can be changed there`,
      'take it out of the archive in its settings, or name another fleet repository',
    )
  }
  if (/protected branch|not allowed to merge/i.test(said)) {
    return error(
      'protected',
      `the protection of a branch of ${repository} refuses Halyard: ${said}`,
      "put Halyard's account on the branch's lists for pushes and merges (docs/forges.md)",
    )
  }
  if (status === 403) {
    // Gitea names the scope that is missing.
    return error(
      'permission',
      `the token may not do this in ${repository}: ${said}`,
      'issue one with the scopes write:repository, write:issue and read:user, of an account with write access',
    )
  }
  if (status === 404) {
    return error(
      'notFound',
      `the forge knows no ${repository}, or not what was asked for in it`,
      'look at the name, and whether the account has access: the forge hides what one may not see',
    )
  }
  return error('refused', `the forge refuses (${status}): ${said}`, 'see what it says about the request')
}
