import type { ObjectType } from '../object-format.ts'

export interface CatFileReply {
  readonly oid: string
  readonly type: ObjectType | 'tag'
  /** Empty when only information was asked for. */
  readonly body: Buffer
}

export interface ReplyParser {
  readonly push: (chunk: Buffer) => void
}

export interface ReplyHandler {
  /** Whether the next reply is followed by the object itself. */
  readonly expectsBody: () => boolean
  readonly onReply: (reply: CatFileReply | undefined) => void
}

const lineEnd = 0x0a
const nothing = Buffer.alloc(0)

/** Splits the output of `git cat-file --batch-command` (BATCH OUTPUT in git-cat-file(1)) into replies. */
export function createReplyParser({ expectsBody, onReply }: ReplyHandler): ReplyParser {
  const chunks: Buffer[] = []
  let available = 0
  /** Bytes to have before looking again: joins the chunks of a big object once. */
  let wanted = 1

  const parse = (data: Buffer): Buffer => {
    let rest = data
    for (;;) {
      wanted = rest.length + 1
      const end = rest.indexOf(lineEnd)
      if (end < 0) return rest
      const header = parseHeader(rest.toString('utf8', 0, end))
      const size = header !== undefined && expectsBody() ? header.size : undefined
      const next = end + 1 + (size === undefined ? 0 : size + 1)
      wanted = next
      if (rest.length < next) return rest
      const body = size === undefined ? nothing : rest.subarray(end + 1, end + 1 + size)
      onReply(header === undefined ? undefined : { oid: header.oid, type: header.type, body })
      rest = rest.subarray(next)
    }
  }
  return {
    push(chunk) {
      chunks.push(chunk)
      available += chunk.length
      if (available < wanted) return
      const rest = parse(Buffer.concat(chunks.splice(0)))
      available = rest.length
      if (rest.length > 0) chunks.push(rest)
    },
  }
}

/** `<oid> <type> <size>`; anything else is `<name> missing` or `<name> ambiguous`. */
function parseHeader(
  line: string,
): { readonly oid: string; readonly type: CatFileReply['type']; readonly size: number } | undefined {
  const [oid = '', type, size] = line.split(' ')
  if (size === undefined || (type !== 'commit' && type !== 'tree' && type !== 'blob' && type !== 'tag'))
    return undefined
  return { oid, type, size: Number(size) }
}
