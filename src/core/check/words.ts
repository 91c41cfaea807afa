/** `a`, `a and b`, `a, b and c`; more than ten are counted. */
export function listNames(names: readonly string[]): string {
  if (names.length > 10) return `${names.slice(0, 9).join(', ')} and ${names.length - 9} more`
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}

/** Files with errors: what they hold is missing from the catalog, though it is there. */
export type UnreadFiles = ReadonlySet<string>

/** What to say of a name that stands for nothing: that it is missing, or that its document must be mended first. */
export function missing(
  what: string,
  file: string,
  unread: UnreadFiles,
): { readonly message: string; readonly remedy: string } {
  if (unread.has(file)) return { message: `${what} could not be read`, remedy: `correct ${file}` }
  return { message: `there is no ${what}`, remedy: `add ${file}, or correct the name` }
}
