import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { schemaFolder } from '../../operations/init/schema-note.ts'
import { KnownError } from '../../operations/known-error.ts'
import { exitCodes } from './exit-codes.ts'
import type { WorkContext } from './session.ts'
import { counted } from './views/counted.ts'

/** Brings the schemas of a catalog's folder up to date. Returns the exit code. */
export async function writeSchemas({ deps }: WorkContext, folder: string): Promise<number> {
  const catalog = resolve(deps.cwd, folder)
  if (!existsSync(join(catalog, 'halyard.yaml')))
    throw new KnownError(`${catalog} is no catalog: it has no halyard.yaml`, 'name the folder of a catalog')
  const target = join(catalog, schemaFolder)
  mkdirSync(target, { recursive: true })
  let changed = 0
  for (const [name, text] of await deps.local.readPackage('schemas')) {
    const file = join(target, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
    changed++
  }
  deps.stdout.write(
    changed === 0
      ? `${schemaFolder} is up to date\n`
      : `${schemaFolder}: ${counted(changed, 'file')} written\n`,
  )
  return exitCodes.ok
}
