type Environment = Readonly<Record<string, string | undefined>>

/** Where CI systems say which commit they build, and who made it. The first that is set counts. */
const commitVariables = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'GITEA_SHA',
  'BUILDKITE_COMMIT',
  'CIRCLE_SHA1',
  'BITBUCKET_COMMIT',
  'DRONE_COMMIT_SHA',
  'BUILD_SOURCEVERSION',
  'GIT_COMMIT',
]
const authorVariables = [
  'GITHUB_ACTOR',
  'CI_COMMIT_AUTHOR',
  'GITLAB_USER_EMAIL',
  'BUILDKITE_BUILD_AUTHOR_EMAIL',
  'CIRCLE_USERNAME',
  'DRONE_COMMIT_AUTHOR_EMAIL',
  'BUILD_REQUESTEDFOREMAIL',
  'GIT_AUTHOR_EMAIL',
]

export interface SourceFacts {
  readonly commit: string | undefined
  readonly author: string | undefined
}

/** What a CI system says of the build that runs; undefined where it says nothing. */
export function sourceFromEnvironment(env: Environment): SourceFacts {
  const first = (names: readonly string[]): string | undefined =>
    names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
  return { commit: first(commitVariables), author: first(authorVariables) }
}
