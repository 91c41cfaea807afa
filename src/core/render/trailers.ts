/**
 * Names the catalog commits that releases are rendered from, where the head that `Catalog-Commit` names has other
 * documents of them by now; fields of clusters are those of the head.
 */
export const releaseCommitTrailer = 'Release-Commit'

/** `Halyard-…` trailers of a commit, in order. Values are put on one line. */
export function formatTrailers(trailers: readonly (readonly [key: string, value: string])[]): string {
  return trailers.map(([key, value]) => `Halyard-${key}: ${oneLine(value)}`).join('\n')
}

/** The `Halyard-…` trailers of a commit message's last paragraph, without the prefix; a repeated one keeps its last value. */
export function parseTrailers(message: string): ReadonlyMap<string, string> {
  const lastParagraph =
    message
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? ''
  const trailers = new Map<string, string>()
  for (const line of lastParagraph.split('\n')) {
    const [, key, value] = /^Halyard-([A-Za-z-]+): (.*)$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) trailers.set(key, value.trim())
  }
  return trailers
}

function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
}
