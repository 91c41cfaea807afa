import { mkdir, writeFile } from 'node:fs/promises'
import { renderSchemas } from './render-schemas.ts'

/** Writes the published schemas: `npm run schemas`. */
const folder = new URL('../../../schemas/', import.meta.url)
await mkdir(folder, { recursive: true })
for (const { name, text } of renderSchemas()) await writeFile(new URL(name, folder), text)
