/**
 * A folder of a source as Flux takes it: `./` and the names to it. Undefined: it is absolute, leaves the source, or
 * holds what no folder name should (control characters, backslashes, empty names).
 */
export function folderPath(path: string): string | undefined {
  const names = path.replace(/^\.\/+|\/+$/g, '').split('/')
  if (names.length === 1 && (names[0] === '.' || names[0] === ''))
    return path.startsWith('/') ? undefined : './'
  return names.every(isFolderName) ? `./${names.join('/')}` : undefined
}

function isFolderName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && /^[A-Za-z0-9_@=+,.-]+$/.test(name)
}
