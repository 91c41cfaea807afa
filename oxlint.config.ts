import { defineConfig } from 'oxlint'

const adapters = ['git', 'catalog', 'fleet', 'forge', 'flux', 'helm', 'store', 'notify'] as const
const faces = ['cli', 'halyard', 'server', 'mcp'] as const
const top = ['core', 'adapters', 'controller', 'operations', 'entrypoints', 'simulate', 'compose'] as const
const purePackages = ['semver', 'minimatch', '@marcbachmann/cel-js', '@noble/hashes/**', 'croner', 'diff']

const ports = '**/adapters/*/port.ts'
const core = '**/core/**'

/**
 * What each room must not import. One group a room, read like .gitignore: a later entry wins and `!` takes back.
 * (In oxlint a `!` of one group also silences every other group of the same rule, so rooms never use two.)
 * The linter compares the text of a specifier and resolves nothing, hence patterns of folder names.
 */
const rooms = [
  room('src/core', 'core is pure: it imports itself and pure packages.', [
    '**',
    ...kept(['./**', '../**', ...purePackages]),
    ...folders(without(top, 'core')),
    '**/main.ts',
  ]),
  room('src/core/domain', 'domain imports nothing but itself.', ['**', '!./**']),
  ...adapters.map((name) =>
    room(`src/adapters/${name}`, 'An adapter imports core, adapters/git and itself.', [
      ...folders(without(top, 'core', 'adapters')),
      ...folders(without(adapters, 'git', name)),
      ...kept([core]),
      '**/main.ts',
      ...(name === 'git' ? [] : ['simple-git']),
    ]),
  ),
  ...(['controller', 'operations'] as const).map((name) =>
    room(`src/${name}`, `${name} imports core and the ports of adapters.`, [
      ...folders(without(top, 'core', name)),
      ...kept([ports, core]),
      '**/main.ts',
      'simple-git',
    ]),
  ),
  ...faces.map((name) =>
    room(`src/entrypoints/${name}`, 'An entrypoint imports operations and core, never another entrypoint.', [
      ...folders(without(top, 'core', 'operations', 'entrypoints')),
      ...folders(without(faces, name)),
      ...kept([core, '**/operations/**']),
      '../../main.ts',
      '../../../main.ts',
      'simple-git',
    ]),
  ),
  room('src/simulate', 'simulate imports anything but entrypoints.', [
    '**/entrypoints/**',
    '**/main.ts',
    'simple-git',
  ]),
]

function room(folder: string, message: string, group: readonly string[]) {
  const rule: ['error', { patterns: { group: string[]; message: string }[] }] = [
    'error',
    { patterns: [{ group: [...group], message }] },
  ]
  return { files: [`${folder}/**/*.ts`], rules: { 'no-restricted-imports': rule } }
}

function folders(names: readonly string[]): string[] {
  return names.map((name) => `**/${name}/**`)
}

function kept(patterns: readonly string[]): string[] {
  return patterns.map((pattern) => `!${pattern}`)
}

function without<Name extends string>(names: readonly Name[], ...some: readonly NoInfer<Name>[]): Name[] {
  return names.filter((name) => !some.includes(name))
}

/** Clock, I/O, randomness and whatever reaches them: none of it in core. */
const impureGlobals = ['Date', 'performance', 'Temporal', 'Intl', 'setTimeout', 'setInterval', 'setImmediate']
  .concat(['queueMicrotask', 'process', 'global', 'globalThis', 'console', 'crypto', 'Buffer'])
  .concat(['fetch', 'WebSocket', 'navigator'])
  .map((name) => ({ name, message: 'core is pure: time and data are arguments.' }))

/** Equal inputs give equal bytes on every machine, so core orders and prints without a locale. */
const localeProperties = [
  'localeCompare',
  'toLocaleString',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
  'toLocaleDateString',
].map((property) => ({ property, message: 'Compare with < and >; a locale differs between machines.' }))

export default defineConfig({
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'node', 'promise', 'vitest'],
  env: { node: true, es2024: true },
  ignorePatterns: ['dist/**', 'examples/**/*.json'],
  options: { typeAware: true, reportUnusedDisableDirectives: 'error' },
  categories: { correctness: 'error', suspicious: 'error', perf: 'error' },
  rules: {
    eqeqeq: 'error',
    'no-await-in-loop': 'off',
    'oxc/no-map-spread': 'off',
    'no-console': 'error',
    'no-control-regex': 'off',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-param-reassign': 'error',
    'no-shadow': 'off',
    'no-unmodified-loop-condition': 'off',
    'no-throw-literal': 'error',
    'no-else-return': 'error',
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'import/first': 'error',
    'import/no-named-as-default-member': 'off',
    'typescript/await-thenable': 'error',
    'typescript/ban-ts-comment': 'error',
    // The compiler's noImplicitReturns knows exhaustive switches; this rule does not.
    'typescript/consistent-return': 'off',
    'typescript/consistent-type-imports': ['error', { disallowTypeAnnotations: true }],
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/only-throw-error': 'error',
    'typescript/require-array-sort-compare': 'error',
    'typescript/return-await': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: false }],
    // Ports are objects of closures: no method reads `this`.
    'typescript/unbound-method': 'off',
    'unicorn/consistent-function-scoping': 'off',
    'unicorn/no-useless-spread': 'off',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/throw-new-error': 'error',
  },
  overrides: [
    {
      files: ['src/**/*.ts'],
      rules: {
        complexity: ['error', { max: 16, variant: 'modified' }],
        'max-depth': ['error', { max: 4 }],
        'max-params': ['error', { max: 5 }],
        'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
        'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      },
    },
    {
      files: ['src/core/**/*.ts'],
      rules: {
        'no-restricted-globals': ['error', ...impureGlobals],
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'core has no randomness.' },
          ...localeProperties,
        ],
      },
    },
    ...rooms,
    {
      // Casts belong to the edges, where documents are parsed.
      files: ['src/core/{expressions,plan,render,check}/**/*.ts', 'src/{controller,operations}/**/*.ts'],
      rules: { 'typescript/no-unsafe-type-assertion': 'error' },
    },
    {
      files: ['.ci/**', 'bin/**', 'bench/**', 'src/entrypoints/cli/**', 'src/main.ts', 'src/**/write-*.ts'],
      rules: { 'no-console': 'off' },
    },
    // `then` is a word of JSON Schema.
    { files: ['src/adapters/catalog/documents/**'], rules: { 'unicorn/no-thenable': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
  ],
})
