import { deceivingCharacters } from '../../operations/deceiving-characters.ts'

const markup = Symbol('markup')

/** Markup that was made here; text of others only gets into it escaped. */
export interface Html {
  readonly [markup]: string
}

export type Content = Html | string | number | false | null | undefined | readonly Content[]

/** The only way to make markup: everything interpolated is escaped, for text and for quoted attributes. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  return {
    [markup]: withoutIndentation(parts)
      .map((part, at) => part + toText(contents[at]))
      .join(''),
  }
}

const trimmed = new WeakMap<TemplateStringsArray, readonly string[]>()

/** How the source is indented is nothing that readers should have to load. */
function withoutIndentation(parts: TemplateStringsArray): readonly string[] {
  const known = trimmed.get(parts)
  if (known) return known
  const made = parts.map((part) => part.replaceAll(/\s*\n\s*/g, '\n'))
  trimmed.set(parts, made)
  return made
}

/** Markup as a page's text. */
export function textOf(content: Html): string {
  return content[markup]
}

/** A constant of this program as markup: a style sheet or script, never text of others. */
export function trusted(text: string): Html {
  return { [markup]: text }
}

function toText(content: Content): string {
  if (content === undefined || content === null || content === false) return ''
  if (typeof content === 'string') return escapeHtml(content)
  if (typeof content === 'number') return String(content)
  return markup in content ? content[markup] : content.map(toText).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text
    .replaceAll(deceivingCharacters, '\ufffd')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}
