import { expect, test } from 'vitest'
import { readableBody } from '../../../src/entrypoints/server/readable-body.ts'
import { escapeMarkdown } from '../../../src/core/render/markdown.ts'

test('text that was escaped for Markdown reads as it was written', () => {
  const text = 'a_b *c* <d> & #12 | [e](f) @ana https://x'
  expect(readableBody(escapeMarkdown(text))).toBe(text)
})

test('markers and tags are left out, also a marker that never ends', () => {
  const body =
    '<details><summary><b>More</b></summary>\n\n\n\ntext\n\n</details>\n<!-- halyard: {"a":1} -->\n<!-- open'
  expect(readableBody(body)).toBe('More\n\ntext')
})
