const namedReferences: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' }

/**
 * A pull request's Markdown as plain text that reads well: without hidden markers and tags, and with the characters
 * that stand behind references such as `&#95;`. It is still text of others: it must be escaped where it is shown.
 */
export function readableBody(markdown: string): string {
  return markdown
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replaceAll(/<\/?(?:details|summary|b)>/g, '')
    .replaceAll(/&#8203;/g, '')
    .replaceAll(
      /&(?:#(\d{1,6})|(amp|lt|gt|quot));/g,
      (_, code: string | undefined, name: string | undefined) =>
        code === undefined ? (namedReferences[name ?? ''] ?? '') : String.fromCodePoint(Number(code)),
    )
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()
}
