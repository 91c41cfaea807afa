import { documentSchemas } from './documents/kinds.ts'

/** The JSON Schema files that editors read, one of each kind of document: `service-version.schema.json`. */
export function renderSchemas(): readonly { readonly name: string; readonly text: string }[] {
  return Object.entries(documentSchemas).map(([kind, schema]) => {
    const name = `${kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}.schema.json`
    const published = { $schema: 'https://json-schema.org/draft/2020-12/schema', ...schema }
    return { name, text: `${JSON.stringify(published, undefined, 2)}\n` }
  })
}
