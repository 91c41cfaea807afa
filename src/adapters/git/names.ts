import { refused } from './git-error.ts'
import type { Oid, RefPlace } from './port.ts'

const oidPattern = /^[0-9a-f]{40}$/

export function isOid(text: string): text is Oid {
  return oidPattern.test(text)
}

/** True for a full ref name that git accepts (git-check-ref-format(1)), so that it can be no option, range or path. */
export function isRefName(name: string): boolean {
  if (!name.startsWith('refs/') || name.endsWith('.') || name.includes('..') || name.includes('@{'))
    return false
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name)) return false
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

export function checkRefName(name: string): void {
  if (!isRefName(name)) throw refused('check-ref-format', `not a full ref name: ${JSON.stringify(name)}`)
}

/** True for a folder of refs: its name ends in `/`. */
export function isRefFolder(place: RefPlace): boolean {
  return place.endsWith('/')
}

export function checkRefPlaces(places: readonly RefPlace[]): void {
  for (const place of places)
    if (!isRefName(isRefFolder(place) ? `${place}x` : place))
      throw refused('check-ref-format', `neither a full ref name nor a folder: ${JSON.stringify(place)}`)
}

/** Whether a ref is at one of the places. */
export function isRefAt(ref: string, places: readonly RefPlace[]): boolean {
  return places.some((place) => (isRefFolder(place) ? ref.startsWith(place) : ref === place))
}

/** Refuses what no tree may hold (verify_path in git's read-cache.c): empty parts, dots, `.git`, NUL. */
export function checkPath(path: string): void {
  if (forbiddenPart.test(path)) throw refused('write-tree', `not a path of a tree: ${JSON.stringify(path)}`)
}

const forbiddenPart = /(?:^|\/)(?:\.\.?|\.git)?(?:\/|$)|\0/i

/** Orders by UTF-16 code unit, the order of `<`, on every machine alike. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/** Refuses what is no object id where one must stand. */
export function checkRevisions(...oids: readonly (Oid | undefined)[]): void {
  for (const oid of oids)
    if (oid !== undefined && !isOid(oid))
      throw refused('rev-parse', `not an object id: ${JSON.stringify(oid)}`)
}
