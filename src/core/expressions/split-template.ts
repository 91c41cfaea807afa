/** A piece of a string: literal text, or the expression between `${` and `}`. */
export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly source: string; readonly offset: number; readonly length: number }

export type SplitTemplate =
  | { readonly kind: 'parts'; readonly parts: readonly TemplatePart[] }
  /** An expression that never ends; offset of its `${`. */
  | { readonly kind: 'unclosed'; readonly offset: number }

/** Splits a string at its `${…}`; `$${` is a literal `${`. Offsets count UTF-16 units of the string. */
export function splitTemplate(text: string): SplitTemplate {
  const parts: TemplatePart[] = []
  let literal = ''
  let position = 0
  while (position < text.length) {
    const dollar = text.indexOf('$', position)
    if (dollar === -1) break
    literal += text.slice(position, dollar)
    if (text.startsWith('$${', dollar)) {
      literal += '${'
      position = dollar + 3
    } else if (text.startsWith('${', dollar)) {
      const end = endOfExpression(text, dollar + 2)
      if (end === undefined) return { kind: 'unclosed', offset: dollar }
      if (literal !== '') parts.push({ kind: 'text', text: literal })
      literal = ''
      parts.push({
        kind: 'expression',
        source: text.slice(dollar + 2, end),
        offset: dollar,
        length: end + 1 - dollar,
      })
      position = end + 1
    } else {
      literal += '$'
      position = dollar + 1
    }
  }
  literal += text.slice(position)
  if (literal !== '') parts.push({ kind: 'text', text: literal })
  return { kind: 'parts', parts }
}

/** Index of the `}` that closes an expression: braces nest, those inside CEL strings do not count. */
function endOfExpression(text: string, start: number): number | undefined {
  let depth = 0
  let position = start
  while (position < text.length) {
    const character = text[position]
    if (character === '"' || character === "'") {
      position = endOfString(text, position)
      continue
    }
    if (character === '{') depth++
    if (character === '}' && depth-- === 0) return position
    position++
  }
  return undefined
}

/** Index after a CEL string literal that opens at `start`. */
function endOfString(text: string, start: number): number {
  const character = text[start] ?? ''
  const triple = character.repeat(3)
  const quote = text.startsWith(triple, start) ? triple : character
  let position = start + quote.length
  while (position < text.length) {
    if (text.startsWith(quote, position)) return position + quote.length
    position += text[position] === '\\' ? 2 : 1
  }
  return text.length
}
