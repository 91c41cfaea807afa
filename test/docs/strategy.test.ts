import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DeploymentGroupSchema } from '../../src/adapters/catalog/documents/deployment-group.ts'
import { SettingsSchema } from '../../src/adapters/catalog/documents/settings.ts'
import { classifyPath } from '../../src/adapters/catalog/layout.ts'
import { parseDocument } from '../../src/adapters/catalog/parse-document.ts'

const page = await readFile(join(import.meta.dirname, '../../docs/strategy.md'), 'utf8')
const examples = new Map(
  [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => [
    /^kind: (\w+)$/m.exec(text)?.[1],
    text,
  ]),
)

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
}

/** Dotted paths of all fields below a schema; what a selector holds is told elsewhere. */
function fieldsOf({ properties = {}, items }: Node, above = ''): readonly string[] {
  const own = Object.entries(properties).flatMap(([name, field]) =>
    name === 'clusterSelector' || !hasFields(field) ? [above + name] : fieldsOf(field, `${above}${name}.`),
  )
  return [...own, ...(items ? fieldsOf(items, above) : [])]
}

function hasFields({ properties, items }: Node): boolean {
  return properties !== undefined || items?.properties !== undefined
}

it.each([
  ['DeploymentGroup', DeploymentGroupSchema.properties.spec as Node],
  ['Settings', SettingsSchema.properties.spec as Node],
])('names every field of %s in its tables', (_, spec) => {
  const named = new Set([...page.matchAll(/^\| `([\w.]+)` \|/gm)].map(([, name]) => name))
  const fields = fieldsOf(spec)
  expect(fields.length).toBeGreaterThan(5)
  expect(fields.filter((field) => !named.has(field))).toEqual([])
})

it.each([
  ['DeploymentGroup', 'deployment-groups/prod.yaml'],
  ['Settings', 'halyard.yaml'],
])('shows a %s that is valid', (kind, file) => {
  const path = classifyPath(file)
  if (path?.kind !== 'document') throw new Error(`${file} is no document`)
  const { entry, findings } = parseDocument(file, examples.get(kind) ?? '', path)
  expect(findings).toEqual([])
  expect(entry).toBeDefined()
})
