import { adoptLost } from '../errors.ts'
import type { Comment } from '../port.ts'
import type { HostedApi } from './api.ts'

/** Finds our comment by its hidden marker and edits it, or writes it. Anyone can write a marker, so its author counts. */
export async function writeComment(api: HostedApi, number: number, { name, text }: Comment): Promise<void> {
  const marker = `<!-- halyard-comment: ${name} -->`
  const body = `${text}\n\n${marker}`
  const self = await api.self()
  const find = async () => {
    const comments = await api.comments(number)
    return comments.find((comment) => comment.by === self && comment.body.includes(marker))
  }
  const isWritten = (found: { readonly body: string } | undefined): boolean =>
    found?.body.replaceAll('\r\n', '\n').trim() === body
  const existing = await find()
  if (isWritten(existing)) return
  await adoptLost(
    async () => api.writeComment(number, body, existing?.id).then((): true => true),
    async () => (isWritten(await find()) ? true : undefined),
  )
}
