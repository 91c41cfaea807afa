import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** By file: imports that must be refused and imports that must pass. */
const rooms: readonly { file: string; refused: readonly string[]; allowed: readonly string[] }[] = [
  {
    file: 'src/core/domain/fixture.ts',
    refused: ['../plan/plan.ts', 'semver', 'node:fs', '../../adapters/git/port.ts'],
    allowed: ['./time.ts'],
  },
  {
    file: 'src/core/plan/waves/fixture.ts',
    refused: [
      '../../../adapters/git/port.ts',
      '../../../controller/step.ts',
      '../../../main.ts',
      'node:crypto',
      'fs',
      'yaml',
      '@noble/ciphers/aes.js',
    ],
    allowed: [
      './quota.ts',
      '../../domain/time.ts',
      'semver',
      'minimatch',
      'diff',
      '@noble/hashes/sha2.js',
      '@marcbachmann/cel-js',
    ],
  },
  {
    file: 'src/adapters/git/fixture.ts',
    refused: ['../fleet/port.ts', '../../controller/step.ts', '../../simulate/clock.ts', '../../main.ts'],
    allowed: ['./port.ts', '../../core/domain/time.ts', 'simple-git', 'node:fs'],
  },
  ...['catalog', 'fleet', 'forge', 'flux', 'helm', 'store', 'notify'].map((name) => ({
    file: `src/adapters/${name}/local/fixture.ts`,
    refused: [
      `../../${name === 'store' ? 'flux' : 'store'}/port.ts`,
      '../../../operations/table.ts',
      '../../../entrypoints/cli/main.ts',
      '../../../main.ts',
      'simple-git',
    ],
    allowed: [
      '../port.ts',
      `../../${name}/port.ts`,
      '../../git/real.ts',
      '../../../core/render/helm/values.ts',
      'execa',
    ],
  })),
  {
    file: 'src/controller/act/fixture.ts',
    refused: [
      '../../adapters/forge/github.ts',
      '../../operations/table.ts',
      '../../simulate/clock.ts',
      '../../main.ts',
    ],
    allowed: ['../step.ts', '../../adapters/forge/port.ts', '../../core/plan/plan.ts', 'p-limit'],
  },
  {
    file: 'src/operations/fixture.ts',
    refused: ['../adapters/git/real.ts', '../controller/step.ts', '../entrypoints/cli/main.ts', '../main.ts'],
    allowed: ['./table.ts', '../adapters/git/port.ts', '../core/domain/time.ts', 'typebox'],
  },
  ...['cli', 'server', 'mcp'].map((face) => ({
    file: `src/entrypoints/${face}/fixture.ts`,
    refused: [
      `../${face === 'cli' ? 'server' : 'cli'}/main.ts`,
      '../../adapters/git/port.ts',
      '../../controller/step.ts',
      '../../simulate/clock.ts',
      '../../main.ts',
    ],
    allowed: ['./main.ts', '../../operations/table.ts', '../../core/domain/time.ts', 'commander'],
  })),
  {
    file: 'src/simulate/fixture.ts',
    refused: ['../entrypoints/server/server.ts', '../main.ts'],
    allowed: [
      './clock.ts',
      '../adapters/git/real.ts',
      '../controller/step.ts',
      '../core/plan/plan.ts',
      'node:fs',
    ],
  },
  {
    file: 'src/main.ts',
    refused: [],
    allowed: [
      './adapters/git/real.ts',
      './entrypoints/cli/main.ts',
      './simulate/clock.ts',
      './controller/step.ts',
    ],
  },
]

/** By rule: code that breaks it, in the named file. */
const rules: readonly { file: string; rule: string; code: string }[] = [
  ...[
    'Date.now()',
    'setTimeout(f, 1)',
    'process.pid',
    'crypto.randomUUID()',
    'console.log(1)',
    'Intl.Collator()',
  ].map((code, at) => ({ file: `src/core/plan/global-${at}.ts`, rule: 'no-restricted-globals', code })),
  ...['Math.random()', "'a'.localeCompare('b')", '(1).toLocaleString()'].map((code, at) => ({
    file: `src/core/render/property-${at}.ts`,
    rule: 'no-restricted-properties',
    code,
  })),
  {
    file: 'src/controller/promise.ts',
    rule: 'no-floating-promises',
    code: 'async function act() {}\nact()',
  },
  {
    file: 'src/controller/switch.ts',
    rule: 'switch-exhaustiveness-check',
    code: "export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1\n  }\n  return 2\n}",
  },
  { file: 'src/controller/any.ts', rule: 'no-explicit-any', code: 'export const x: any = 1' },
  { file: 'src/controller/null.ts', rule: 'no-non-null-assertion', code: 'export const x = [1][0]!' },
  { file: 'src/controller/default.ts', rule: 'no-default-export', code: 'export default 1' },
  { file: 'src/controller/long.ts', rule: 'max-lines', code: 'export {}\n'.repeat(301) },
]

/** Rule names by file and line, as `file:line` → rules. */
let found: ReadonlyMap<string, readonly string[]>
let project: string

beforeAll(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), 'halyard-lint-')))
  const config = pathToFileURL(join(root, 'oxlint.config.ts')).href
  await write('oxlint.config.ts', `export { default } from ${JSON.stringify(config)}\n`)
  await write('package.json', '{ "type": "module" }\n')
  await write(
    'tsconfig.json',
    '{ "compilerOptions": { "strict": true, "module": "nodenext", "types": [] } }\n',
  )
  for (const room of rooms) await write(room.file, imports([...room.refused, ...room.allowed]))
  for (const { file, code } of rules) await write(file, `${code}\n`)
  found = await lint()
})

afterAll(() => rm(project, { recursive: true, force: true }))

describe.each(rooms)('$file', ({ file, refused, allowed }) => {
  it.each(refused.map((specifier, at) => ({ specifier, line: at + 1 })))(
    'must not import $specifier',
    ({ line }) => {
      expect(found.get(`${file}:${line}`)).toContain('no-restricted-imports')
    },
  )

  it.each(allowed.map((specifier, at) => ({ specifier, line: refused.length + at + 1 })))(
    'may import $specifier',
    ({ line }) => {
      expect(found.get(`${file}:${line}`) ?? []).not.toContain('no-restricted-imports')
    },
  )
})

it.each(rules)('$rule refuses $code', ({ file, rule }) => {
  const broken = [...found].flatMap(([place, names]) => (place.startsWith(`${file}:`) ? names : []))
  expect(broken).toContain(rule)
})

it('refuses type imports, re-exports and import() like imports', async () => {
  const port = '../adapters/git/real.ts'
  await write(
    'src/operations/forms.ts',
    `import type { A } from '${port}'\nexport * from '${port}'\nexport const a = import('${port}')\nexport type B = A\n`,
  )
  const forms = await lint()
  expect([1, 2, 3].map((line) => forms.get(`src/operations/forms.ts:${line}`))).toEqual(
    Array.from({ length: 3 }, () => expect.arrayContaining(['no-restricted-imports'])),
  )
})

function imports(specifiers: readonly string[]): string {
  return specifiers.map((specifier, at) => `export * as x${at} from '${specifier}'\n`).join('')
}

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(project, file)), { recursive: true })
  await writeFile(join(project, file), text)
}

interface Diagnostic {
  readonly code: string
  readonly filename: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}

async function lint(): Promise<Map<string, string[]>> {
  const output = await run(['--format=json', 'src'])
  const byPlace = new Map<string, string[]>()
  for (const { code, filename, labels } of (JSON.parse(output) as { diagnostics: Diagnostic[] })
    .diagnostics) {
    const place = `${filename}:${labels[0]?.span.line ?? 1}`
    const rule = code.replace(/^.*\((.*)\)$/u, '$1')
    byPlace.set(place, [...(byPlace.get(place) ?? []), rule])
  }
  return byPlace
}

/** oxlint exits 1 when it found something, which is what is wanted here. */
function run(args: readonly string[]): Promise<string> {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      [oxlint, ...args],
      { cwd: project, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        if (stdout.startsWith('{')) resolve(stdout)
        else reject(new Error(`oxlint said: ${stdout}${stderr}`, { cause: error }))
      },
    )
  })
}
