/**
 * Schemas lie in the catalog itself: an editor finds them without a network, and they are those of the halctl that the
 * catalog is validated by. A path that begins with a dot is no document.
 */
export const schemaFolder = '.halyard/schemas'

/** The line by which editors find the schema of a document (https://github.com/redhat-developer/yaml-language-server). */
export function schemaNote(kind: string, path: string): string {
  const name = kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()
  const up = '../'.repeat(path.split('/').length - 1)
  return `# yaml-language-server: $schema=${up}${schemaFolder}/${name}.schema.json\n`
}
