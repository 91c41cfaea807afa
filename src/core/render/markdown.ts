/**
 * Text of others inside GitHub-flavoured Markdown, on one line: nothing in it formats, links, mentions people or
 * ends a table cell or comment.
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/[\\`*_{}[\]<>|~$!&]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(
      /(?<![A-Za-z0-9])@(?=\w)|#(?=\w)|:\/\/|\bwww\./gi,
      (character) => `${character.slice(0, 1)}&#8203;${character.slice(1)}`,
    )
}

/** A code span on one line, which also fits a table cell. */
export function codeSpan(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  if (line === '') return ''
  const fence = fenceFor(line, 1)
  const padding = fence.length > 1 ? ' ' : ''
  return `${fence}${padding}${line.replaceAll('|', '\\|')}${padding}${fence}`
}

/** A fenced block, with a fence longer than any inside. */
export function codeBlock(language: string, text: string): string {
  const fence = fenceFor(text, 3)
  return `${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}`
}

/** JSON in an HTML comment, invisible to readers. */
export function hiddenMarker(content: Readonly<Record<string, string | number>>): string {
  const json = JSON.stringify(content).replace(
    /[<>]/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  )
  return `<!-- halyard: ${json} -->`
}

function fenceFor(text: string, least: number): string {
  const runs = text.match(/`+/g) ?? []
  return '`'.repeat(Math.max(least, ...runs.map((run) => run.length + 1)))
}
