import { readdir, readFile } from 'node:fs/promises'
import { Type } from 'typebox'
import { describe, expect, it, test } from 'vitest'
import { formatOutputSchema, outputSchemas } from '../../src/operations/output-schemas.ts'
import { incompatibleChanges } from '../../src/operations/schema-changes.ts'
import { nullable, object } from '../../src/operations/shapes.ts'

const folder = new URL('../../schemas/output/', import.meta.url)

describe('the published schemas of answers', () => {
  it.each([...outputSchemas()])(
    '%s changes only in ways that its readers do not notice',
    async (name, schema) => {
      const published = JSON.parse(await readFile(new URL(`${name}.schema.json`, folder), 'utf8'))
      expect(incompatibleChanges(published, schema)).toEqual([])
    },
  )

  it('are up to date (npm run schemas)', async () => {
    const files = (await readdir(folder)).toSorted()
    const published = await Promise.all(files.map(async (file) => readFile(new URL(file, folder), 'utf8')))
    const now = [...outputSchemas()].map(([name, schema]) => ({
      file: `${name}.schema.json`,
      text: formatOutputSchema(name, schema),
    }))
    expect(Object.fromEntries(files.map((file, at) => [file, published[at]]))).toEqual(
      Object.fromEntries(now.map(({ file, text }) => [file, text])),
    )
  })
})

describe('what is an incompatible change', () => {
  const before = object({
    name: Type.String(),
    since: nullable(Type.String()),
    kind: Type.Union([Type.Literal('a'), Type.Literal('b')]),
    items: Type.Array(object({ count: Type.Integer({ minimum: 0 }) })),
  })
  const { name, since, kind, items } = before.properties

  test.each([
    ['a field more', object({ name, since, kind, items, more: Type.String() })],
    ['a value that can not be null any more', object({ name, since: Type.String(), kind, items })],
    ['a word less', object({ name, since, kind: Type.Literal('a'), items })],
    ['another order', object({ items, kind, since, name })],
  ])('%s is none', (_, after) => {
    expect(incompatibleChanges(before, after)).toEqual([])
  })

  test.each([
    ['a field less', object({ name, since, kind }), 'items: is not there any more'],
    [
      'a field that may be absent',
      object({ name: Type.Optional(name), since, kind, items }),
      'name: was always there, now it may be absent',
    ],
    [
      'a value that may be null',
      object({ name: nullable(name), since, kind, items }),
      'name: was string, now null',
    ],
    [
      'another type',
      object({ name, since, kind, items: Type.Array(object({ count: Type.String() })) }),
      'items[].count: was integer, now string',
    ],
    [
      'a new word',
      object({ name, since, kind: Type.Union([Type.Literal('a'), Type.Literal('c')]), items }),
      'kind: was always "a", now "c"',
    ],
    [
      'a looser rule',
      object({ name, since, kind, items: Type.Array(object({ count: Type.Integer() })) }),
      'items[].count: minimum was 0, now none',
    ],
  ])('%s is one', (_, after, trouble) => {
    expect(incompatibleChanges(before, after)).toEqual([trouble])
  })
})
