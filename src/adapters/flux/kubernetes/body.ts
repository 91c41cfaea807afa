import type { Readable } from 'node:stream'
import type { Json } from '../../../core/domain/cluster.ts'
import { MalformedError } from './api-error.ts'
import { isObject } from './json.ts'

/** etcd takes objects of 1.5 MB at most, which JSON may make some times as large. */
const largestEvent = 16 * 2 ** 20
/** A page of a list is asked for in such numbers that it stays far below this. */
const largestList = 64 * 2 ** 20

/** The whole of a body as an object. Throws `MalformedError`. */
export async function readObject(body: Readable): Promise<{ readonly [key: string]: Json }> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largestList) throw new MalformedError(`an answer of more than ${largestList} bytes`)
    chunks.push(chunk)
  }
  return parse(Buffer.concat(chunks).toString('utf8'))
}

/** The objects of a stream of lines, each as it comes. Throws `MalformedError`. */
export async function* readObjects(body: Readable): AsyncGenerator<{ readonly [key: string]: Json }> {
  // A line's chunks are joined once it is complete, as a large one comes in hundreds of them.
  let held: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let from = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      const line = Buffer.concat([...held, chunk.subarray(from, end)]).toString('utf8')
      from = end + 1
      held = []
      size = 0
      if (line.trim() !== '') yield parse(line)
    }
    if (from === chunk.length) continue
    held.push(from === 0 ? chunk : chunk.subarray(from))
    size += chunk.length - from
    if (size > largestEvent) throw new MalformedError(`an event of more than ${largestEvent} bytes`)
  }
  if (size > 0) throw new MalformedError('the stream ended within an event')
}

const newline = 0x0a

function parse(text: string): { readonly [key: string]: Json } {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch (error) {
    throw new MalformedError('an answer that is no JSON', { cause: error })
  }
  if (!isObject(value)) throw new MalformedError('an answer that is no object')
  return value
}
