import { readdir, readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { catalogRules } from '../../src/core/check/check-catalog.ts'
import { secretTexts } from '../../src/core/check/plaintext.ts'

const page = await readFile(new URL('../../docs/checks.md', import.meta.url), 'utf8')

function rowsBelow(heading: string): readonly (readonly string[])[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  const rows = section.split('\n').filter((line) => line.startsWith('|'))
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

it('explains every rule, in the order in which they are applied', () => {
  const names = rowsBelow('Rules over the whole catalog').map(([name = '']) => name.replaceAll('`', ''))
  expect(names).toEqual(Object.keys(catalogRules))
})

it('lists every form of secret that is warned of', () => {
  expect(rowsBelow('What looks like a secret').map(([name]) => name)).toEqual(
    secretTexts.map(([name]) => name),
  )
})

it('shows messages that tests expect word by word', async () => {
  const folders = ['.', '../core/check', '../adapters/catalog']
  const texts = await Promise.all(
    folders.map(async (folder) => {
      const url = new URL(`${folder}/`, import.meta.url)
      const names = (await readdir(url)).filter(
        (name) => name.endsWith('.test.ts') && !name.startsWith('checks-page'),
      )
      return Promise.all(names.map((name) => readFile(new URL(name, url), 'utf8')))
    }),
  )
  const tests = texts.flat().join('\n').replaceAll("\\'", "'")
  const examples = [
    ...rowsBelow('Reading a document').map((row) => row[1] ?? ''),
    ...rowsBelow('Rules over the whole catalog').map((row) => row[4] ?? ''),
  ].map((cell) =>
    cell
      .replace(/^`|`$/g, '')
      .replace(/^"[^"]*"/, '')
      .replace(/commit \w{8}/, 'commit ${first}'),
  )
  expect(examples.filter((example) => !tests.includes(example))).toEqual([])
})
