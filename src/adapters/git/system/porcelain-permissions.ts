import type { SimpleGitOptions } from 'simple-git'

type Permissions = NonNullable<SimpleGitOptions['unsafe']>
type Permission = keyof Permissions

/**
 * What simple-git must be allowed so that git sees an environment as a git started by hand would. Its guard is made
 * for arguments and variables from strangers; here the arguments are our own, and the variables are the operator's.
 * A variable that is not set permits nothing.
 */
export function permissionsFor(
  env: NodeJS.ProcessEnv,
): Required<Pick<SimpleGitOptions, 'allowEnvironment' | 'unsafe'>> {
  const names = Object.keys(env)
  const needed = names.flatMap((name) => guardedVariables[name.toUpperCase()] ?? [])
  return {
    allowEnvironment: names,
    unsafe: {
      // Otherwise git's hooks and helpers, which inherit the environment, could not shorten options either.
      allowAbbreviatedOptions: true,
      ...Object.fromEntries(needed.map((permission) => [permission, true])),
    },
  }
}

/** A variable of `GIT_CONFIG_COUNT` may set any key, and each of these stands for some keys. */
const configuration: readonly Permission[] = [
  'allowUnsafeConfigEnvCount',
  'allowUnsafeAlias',
  'allowUnsafeAskPass',
  'allowUnsafeCommandBinaries',
  'allowUnsafeCredentialHelper',
  'allowUnsafeDiffExternal',
  'allowUnsafeDiffTextConv',
  'allowUnsafeEditor',
  'allowUnsafeFilter',
  'allowUnsafeFsMonitor',
  'allowUnsafeGitProxy',
  'allowUnsafeGpgProgram',
  'allowUnsafeHooksPath',
  'allowUnsafeInclude',
  'allowUnsafeMergeDriver',
  'allowUnsafePack',
  'allowUnsafePager',
  'allowUnsafeProtocolOverride',
  'allowUnsafeSshCommand',
  'allowUnsafeSubmodule',
  'allowUnsafeTemplateDir',
  'allowUnsafeUrlRewrite',
]

/** The variables that simple-git 4.0.2 refuses one by one (@simple-git/argv-parser, `parseEnv`). */
const guardedVariables: Readonly<Record<string, readonly Permission[]>> = {
  EDITOR: ['allowUnsafeEditor'],
  GIT_ASKPASS: ['allowUnsafeAskPass'],
  GIT_CONFIG: ['allowUnsafeConfigPaths'],
  GIT_CONFIG_COUNT: configuration,
  GIT_CONFIG_GLOBAL: ['allowUnsafeConfigPaths'],
  GIT_CONFIG_PARAMETERS: ['allowUnsafeConfigEnvCount'],
  GIT_CONFIG_SYSTEM: ['allowUnsafeConfigPaths'],
  GIT_EDITOR: ['allowUnsafeEditor'],
  GIT_EXEC_PATH: ['allowUnsafeExec'],
  GIT_EXTERNAL_DIFF: ['allowUnsafeDiffExternal'],
  GIT_PAGER: ['allowUnsafePager'],
  GIT_PROXY_COMMAND: ['allowUnsafeGitProxy'],
  GIT_SEQUENCE_EDITOR: ['allowUnsafeEditor'],
  GIT_SSH: ['allowUnsafeSshCommand'],
  GIT_SSH_COMMAND: ['allowUnsafeSshCommand'],
  GIT_TEMPLATE_DIR: ['allowUnsafeTemplateDir'],
  PAGER: ['allowUnsafePager'],
  PREFIX: ['allowUnsafeConfigPaths'],
  SSH_ASKPASS: ['allowUnsafeAskPass'],
  VISUAL: ['allowUnsafeEditor'],
}
