import { CST, Composer, Lexer, Parser, type Document } from 'yaml'
import type { FieldPath } from '../../core/domain/finding.ts'

/** Something wrong in a YAML text, with what to mark: offsets into the text, `end` exclusive. */
export interface YamlProblem {
  readonly field: FieldPath
  readonly message: string
  readonly remedy: string
  readonly start: number
  readonly end: number
}

export type YamlTree = Document.Parsed
export type TreeReading =
  | { readonly kind: 'read'; readonly tree: YamlTree }
  | { readonly kind: 'refused'; readonly problems: readonly YamlProblem[] }

/** Far beyond any document that a person writes. */
const sizeCap = 1024 * 1024
/** Some 30,000 fields, which take a third of a second; time grows with tokens, not with size. */
const tokenCap = 100_000
/** Deep nesting overflows the stack of the composer, which is recursive. */
export const nestingCap = 64

/**
 * Reads a text as one YAML 1.2 document of the core schema. What makes YAML unpredictable or costly is refused
 * while lexing, before anything recursive runs: size, depth, further documents, anchors, aliases, tags.
 */
export function readYamlTree(text: string): TreeReading {
  const unreadable = findUnreadable(text)
  if (unreadable !== undefined) return { kind: 'refused', problems: [unreadable] }
  const lexed = parseTokens(text)
  if (lexed.kind === 'refused') return lexed
  // Keys are compared by the caller: the library's own check takes quadratic time.
  const options = {
    version: '1.2',
    schema: 'core',
    uniqueKeys: false,
    stringKeys: true,
    prettyErrors: false,
  } as const
  const trees = [...new Composer(options).compose(lexed.tokens, true, text.length)]
  const [tree, further] = trees
  if (tree === undefined) throw new Error('the YAML composer gave no document')
  if (further !== undefined) {
    const start = further.range[0]
    return { kind: 'refused', problems: [{ field: [], ...moreDocuments, start, end: start + 1 }] }
  }
  if (tree.errors.length === 0) return { kind: 'read', tree }
  const problems = tree.errors.slice(0, 10).map((error) => ({
    field: [],
    message: `not valid YAML: ${lowerFirst(error.message)}`,
    remedy: 'correct the YAML',
    start: error.pos[0],
    end: error.pos[1],
  }))
  return { kind: 'refused', problems }
}

function findUnreadable(text: string): YamlProblem | undefined {
  const refuse = (start: number, message: string, remedy: string): YamlProblem => ({
    field: [],
    message,
    remedy,
    start,
    end: start + 1,
  })
  if (text.length > sizeCap) {
    return refuse(0, `the document is larger than 1 MiB`, 'move large content out of the catalog')
  }
  const control = text.search(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/)
  if (control >= 0) return refuse(control, 'the document holds a control character', 'remove it')
  return undefined
}

type Lexed =
  | { readonly kind: 'lexed'; readonly tokens: readonly CST.Token[] }
  | Extract<TreeReading, { kind: 'refused' }>

/** Tokens are judged one by one as they are lexed, so that a refused text costs no more than its first fault. */
function parseTokens(text: string): Lexed {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  const judge = createLexemeJudge()
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    const width = isMark(lexeme) ? 0 : lexeme.length
    const fault = judge(lexeme)
    if (fault !== undefined) {
      return {
        kind: 'refused',
        problems: [{ field: [], ...fault, start: offset, end: offset + Math.max(width, 1) }],
      }
    }
    for (const token of parser.next(lexeme)) tokens.push(token)
    offset += width
  }
  for (const token of parser.end()) tokens.push(token)
  return { kind: 'lexed', tokens }
}

/** The lexer's own marks (document, scalar, flow error) stand for no text. */
function isMark(lexeme: string): boolean {
  return lexeme === CST.DOCUMENT || lexeme === CST.SCALAR || lexeme === CST.FLOW_END
}

type Fault = Pick<YamlProblem, 'message' | 'remedy'>

function createLexemeJudge(): (lexeme: string) => Fault | undefined {
  const nesting = createNestingCounter()
  let previous = ''
  let tokens = 0
  return (lexeme) => {
    const type = previous === CST.SCALAR ? 'scalar' : CST.tokenType(lexeme)
    previous = lexeme
    if (type === 'anchor' || type === 'alias')
      return { message: 'anchors and aliases are refused', remedy: 'write the value out' }
    if (type === 'tag')
      return { message: `the tag ${lexeme.slice(0, 40)} is refused`, remedy: 'remove the tag' }
    if (!blanks.has(type) && !isMark(lexeme)) tokens += 1
    if (tokens > tokenCap)
      return { message: `the document holds more than ${tokenCap} tokens`, remedy: 'split it' }
    if (nesting(type, lexeme) > nestingCap) {
      return { message: `the document is nested more than ${nestingCap} levels deep`, remedy: 'flatten it' }
    }
    return undefined
  }
}

const moreDocuments: Fault = {
  message: 'the file holds more than one document',
  remedy: 'write each document into a file of its own',
}

const flowSteps: Readonly<Record<string, number>> = {
  'flow-map-start': 1,
  'flow-seq-start': 1,
  'flow-map-end': -1,
  'flow-seq-end': -1,
}
/** What stands between nodes. */
const blanks: ReadonlySet<string | null> = new Set(['newline', 'space', 'comment'])
/** After these, a block node begins on the same line. */
const blockIndicators: ReadonlySet<string | null> = new Set([
  'seq-item-ind',
  'explicit-key-ind',
  'map-value-ind',
])

/** How deep the token at hand may be nested: open brackets plus the columns at which block nodes began. */
function createNestingCounter(): (type: CST.TokenType | null, lexeme: string) => number {
  const columns: number[] = []
  let column = 0
  let flow = 0
  let startsNode = true
  return (type, lexeme) => {
    const at = column
    column = columnAfter(at, lexeme)
    flow = Math.max(0, flow + (flowSteps[type ?? ''] ?? 0))
    if (type === 'newline') startsNode = true
    if (blanks.has(type) || isMark(lexeme)) return columns.length + flow
    if (startsNode && flow === 0) {
      while ((columns.at(-1) ?? -1) >= at) columns.pop()
      columns.push(at)
    }
    startsNode = blockIndicators.has(type)
    return columns.length + flow
  }
}

function columnAfter(column: number, lexeme: string): number {
  if (isMark(lexeme)) return column
  const newline = lexeme.lastIndexOf('\n')
  return newline < 0 ? column + lexeme.length : lexeme.length - newline - 1
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
