import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { buildStack, type StackFiles } from './stack/build.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where the stack can not be built: tests skip themselves. */
    readonly stack: StackFiles | undefined
  }
}

/** Builds the control plane where it is not built yet, and says in plain words where it can not be. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string): void => void process.stderr.write(`end-to-end stack: ${line}\n`)
  const build = await buildStack(say)
  if (build.kind === 'noGo') say(`${build.message}; every test is skipped`)
  project.provide('stack', build.kind === 'built' ? build.files : undefined)
  const folder = await mkdtemp(join(tmpdir(), 'halyard-e2e-run-'))
  process.env['TMPDIR'] = folder
  return async () => {
    const kept = (await readdir(folder)).filter((name) => name.startsWith('halyard-e2e-'))
    if (kept.length === 0) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    else say(`logs of what failed are kept in ${kept.map((name) => join(folder, name)).join(', ')}`)
  }
}
