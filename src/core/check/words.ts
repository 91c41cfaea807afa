/** `a`, `a and b`, `a, b and c`; more than ten are counted. */
export function listNames(names: readonly string[]): string {
  if (names.length > 10) return `${names.slice(0, 9).join(', ')} and ${names.length - 9} more`
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}
