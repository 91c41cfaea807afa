import { describe, expect, it } from 'vitest'
import { createLocator } from '../../../src/adapters/catalog/locate.ts'

/** The source line with carets below what is marked. */
function markedIn(text: string, marked: string, occurrence = 0): string {
  const value = valueOf[text] ?? ''
  let offset = value.indexOf(marked)
  for (let count = 0; count < occurrence; count++) offset = value.indexOf(marked, offset + 1)
  const position = createLocator(text).part(['a'], { offset, length: marked.length })
  return position.text.slice(position.column - 1, position.column - 1 + position.length)
}

const plain = 'a: at ${x} and ${x}\n'
const single = "a: 'it''s ${y == ''z''}'\n"
const double = 'a: "\\u00e9 \\"q\\" ${y[\\"z\\"]}"\n'
const block = 'a: |\n  first\n  second ${x}\n'
const folded = 'a: one\n  ${x +\n  1}\n'
const valueOf: Record<string, string> = {
  [plain]: 'at ${x} and ${x}',
  [single]: "it's ${y == 'z'}",
  [double]: 'é "q" ${y["z"]}',
  [block]: 'first\nsecond ${x}\n',
  [folded]: 'one ${x + 1}',
}

describe('a part of a text', () => {
  it('is found in quotes as it is written there', () => {
    expect(markedIn(single, "${y == 'z'}")).toBe("${y == ''z''}")
    expect(markedIn(double, '${y["z"]}')).toBe('${y[\\"z\\"]}')
  })

  it('is told from the same text before it', () => {
    const locator = createLocator(plain)
    expect(locator.part(['a'], { offset: 3, length: 4 })).toMatchObject({ column: 7, length: 4 })
    expect(locator.part(['a'], { offset: 12, length: 4 })).toMatchObject({ column: 16, length: 4 })
    expect(markedIn(plain, '${x}', 1)).toBe('${x}')
  })

  it('is found on its line of a block', () => {
    expect(createLocator(block).part(['a'], { offset: 13, length: 4 })).toEqual({
      line: 3,
      column: 10,
      length: 4,
      text: '  second ${x}',
    })
  })

  it('stands for the whole value where the file writes it in another way', () => {
    const locator = createLocator(folded)
    expect(locator.part(['a'], { offset: 4, length: 8 })).toEqual(locator.value(['a']))
    expect(locator.part(['b'], { offset: 0, length: 1 })).toEqual(locator.value(['b']))
  })
})
