import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { formatOutputSchema, outputSchemas } from '../../operations/output-schemas.ts'
import { incompatibleChanges } from '../../operations/schema-changes.ts'

/**
 * Writes the published schemas of what commands answer: `npm run schemas`. A change that programs would stumble over is
 * refused; `npm run schemas -- --breaking` writes it, for a new major version.
 */
const folder = new URL('../../../schemas/output/', import.meta.url)
const isBreaking = process.argv.includes('--breaking')
await mkdir(folder, { recursive: true })
for (const [name, schema] of outputSchemas()) {
  const file = new URL(`${name}.schema.json`, folder)
  const published = await readFile(file, 'utf8').catch(() => undefined)
  const troubles = published === undefined ? [] : incompatibleChanges(JSON.parse(published), schema)
  if (troubles.length > 0 && !isBreaking) {
    console.error([`${name} would change under programs that read it:`, ...troubles].join('\n  '))
    process.exitCode = 1
  } else await writeFile(file, formatOutputSchema(name, schema))
}
