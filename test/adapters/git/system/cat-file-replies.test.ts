import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createReplyParser } from '../../../../src/adapters/git/system/cat-file-replies.ts'

const body = fc.oneof(
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constant(Buffer.from('a'.repeat(40) + ' blob 3\nxyz\n')),
)
const asked = fc.record({ body: fc.option(body, { nil: undefined }), withBody: fc.boolean() })

test('replies are read whole, wherever the output is cut', () => {
  fc.assert(
    fc.property(fc.array(asked), fc.infiniteStream(fc.integer({ min: 1, max: 30 })), (questions, cuts) => {
      const oid = 'b'.repeat(40)
      const output = questions.map(({ body: bytes, withBody }) => {
        if (bytes === undefined) return Buffer.from(`${oid} missing\n`)
        const header = Buffer.from(`${oid} blob ${bytes.length}\n`)
        return withBody ? Buffer.concat([header, bytes, Buffer.from('\n')]) : header
      })
      const heard: (string | undefined)[] = []
      const parser = createReplyParser({
        expectsBody: () => questions[heard.length]?.withBody ?? false,
        onReply: (reply) => heard.push(reply?.body.toString('hex')),
      })
      const bytes = Buffer.concat(output)
      for (let at = 0; at < bytes.length;) {
        const length = cuts.next().value
        parser.push(bytes.subarray(at, at + length))
        at += length
      }
      expect(heard).toEqual(
        questions.map((each) => (each.withBody ? each.body?.toString('hex') : each.body && '')),
      )
    }),
  )
})
