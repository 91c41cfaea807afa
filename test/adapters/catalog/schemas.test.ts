import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { renderSchemas } from '../../../src/adapters/catalog/render-schemas.ts'

const folder = new URL('../../../schemas/', import.meta.url)

describe('published schemas', () => {
  it('are up to date (npm run schemas)', async () => {
    const rendered = renderSchemas()
    const files = (await readdir(folder)).filter((name) => name.endsWith('.json'))
    expect(files.toSorted()).toEqual(rendered.map(({ name }) => name).toSorted())
    for (const { name, text } of rendered) expect(await readFile(new URL(name, folder), 'utf8')).toBe(text)
  })

  it.each(renderSchemas())(
    'describe every field of $name and close every object but payloads',
    ({ text }) => {
      const faults: string[] = []
      visit(JSON.parse(text) as Schema, '', faults)
      expect(faults).toEqual([])
    },
  )
})

interface Schema {
  readonly description?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: unknown
}

const payloads = new Set(['.spec.metadata', '.spec.values'])

function visit(schema: Schema, path: string, faults: string[]): void {
  const isClosed = schema.additionalProperties !== undefined || payloads.has(path)
  if (schema.type === 'object' && !isClosed) faults.push(`${path} is open`)
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.description === undefined) faults.push(`${path}.${name} has no description`)
    visit(property, `${path}.${name}`, faults)
  }
  if (schema.items !== undefined) visit(schema.items, `${path}[]`, faults)
}
