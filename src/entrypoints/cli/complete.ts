import type { Argument, Command, Option } from 'commander'
import { given } from '../../operations/given.ts'
import type { LocalWork } from './deps.ts'
import { locateRepositories } from './locate-repositories.ts'

export interface Completion {
  /** What the word may become, with what it is for. */
  readonly candidates: readonly { readonly text: string; readonly about: string }[]
  /** Paths complete it too. */
  readonly files: boolean
}

export interface CompletionDeps {
  readonly local: Pick<LocalWork, 'listNames'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

const nothing: Completion = { candidates: [], files: false }
const paths: Completion = { candidates: [], files: true }

/**
 * What the last word of an unfinished command line may become: commands, options, and names of the catalog as it lies
 * here. What a word names is told by the command's own words for it: `<service>`, `--group <group>`, `<folder>`.
 */
export async function complete(
  program: Command,
  words: readonly string[],
  deps: CompletionDeps,
): Promise<Completion> {
  const line = readLine(program, words.slice(0, -1))
  const word = words.at(-1) ?? ''
  if (line.awaits) return valuesOf(line.awaits, { line, word, prefix: '', deps })
  const [, flag = '', value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
  if (value !== undefined) {
    const option = findOption(line.command, flag)
    return option ? valuesOf(option, { line, word: value, prefix: `${flag}=`, deps }) : nothing
  }
  if (word.startsWith('-') && !line.ended) return { candidates: flagsOf(line.command, word), files: false }
  const argument = line.command.registeredArguments[line.given.length] ?? variadicOf(line.command)
  const commands = line.given.length === 0 ? commandsOf(line.command, word) : []
  if (commands.length > 0 || !argument) return { candidates: commands, files: false }
  return valuesOf(argument, { line, word, prefix: '', deps })
}

interface Line {
  readonly command: Command
  /** Arguments that the command has already. */
  readonly given: readonly string[]
  /** Values of options, by their long flag. */
  readonly options: ReadonlyMap<string, string>
  /** The option that the next word is the value of. */
  readonly awaits: Option | undefined
  /** `--` was given: no options follow. */
  readonly ended: boolean
}

function readLine(program: Command, words: readonly string[]): Line {
  let line: Line = { command: program, given: [], options: new Map(), awaits: undefined, ended: false }
  for (const word of words) line = readWord(line, word)
  return line
}

function readWord(line: Line, word: string): Line {
  const { command, given, options, awaits, ended } = line
  const withOption = (flag: string, value: string) => new Map([...options, [flag, value]])
  if (awaits) return { ...line, options: withOption(awaits.long ?? '', word), awaits: undefined }
  if (ended || word === '-' || !word.startsWith('-')) {
    const next = given.length === 0 ? command.commands.find((each) => isNamed(each, word)) : undefined
    return next ? { ...line, command: next } : { ...line, given: [...given, word] }
  }
  if (word === '--') return { ...line, ended: true }
  const [flag = '', value] = word.split(/=(.*)/s)
  const option = findOption(command, flag)
  if (value !== undefined) return { ...line, options: withOption(option?.long ?? flag, value) }
  return option && (option.required || option.optional) ? { ...line, awaits: option } : line
}

function isNamed(command: Command, word: string): boolean {
  return command.name() === word || command.aliases().includes(word)
}

/** Options of a command and of those above it. */
function* optionsOf(command: Command): Generator<Option> {
  for (let each: Command | null = command; each !== null; each = each.parent) yield* each.options
}

function findOption(command: Command, flag: string): Option | undefined {
  return [...optionsOf(command)].find(({ short, long }) => flag === short || flag === long)
}

function flagsOf(command: Command, word: string): Completion['candidates'] {
  const flags = [...optionsOf(command)]
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ text: long ?? short ?? '', about: description }))
  return [...flags, { text: '--help', about: 'display help for command' }].filter(({ text }) =>
    text.startsWith(word),
  )
}

function commandsOf(command: Command, word: string): Completion['candidates'] {
  return command.commands
    .map((each) => ({ text: each.name(), about: each.summary() || each.description() }))
    .filter(({ text }) => text.startsWith(word) && !text.startsWith('_'))
}

function variadicOf({ registeredArguments }: Command): Argument | undefined {
  const last = registeredArguments.at(-1)
  return last?.variadic === true ? last : undefined
}

interface Place {
  readonly line: Line
  readonly word: string
  /** `--group=`: what a shell has in the same word. */
  readonly prefix: string
  readonly deps: CompletionDeps
}

async function valuesOf(wanted: Option | Argument, place: Place): Promise<Completion> {
  const { word, prefix } = place
  const among = (texts: readonly string[]): Completion => ({
    candidates: texts
      .filter((text) => text.startsWith(word))
      .map((text) => ({ text: `${prefix}${text}`, about: '' })),
    files: false,
  })
  if (wanted.argChoices) return among(wanted.argChoices)
  const kind = kindOf(wanted)
  if (/^(?:repository|folder|file|path)$/.test(kind)) return paths
  const folder = folderOf(kind, place.line)
  if (folder === undefined) return nothing
  const names = await namesIn(folder, place)
  // An order is known by its name, and by the service that it is for.
  if (folder !== 'directives') return among(names)
  return among([
    ...names.filter((name) => name.startsWith(`${kind}-`)),
    ...(await namesIn('services', place)),
  ])
}

/** The word for what is wanted: `<service>`, `--group <group>`. */
function kindOf(wanted: Option | Argument): string {
  const [, kind = ''] = 'flags' in wanted ? (/[<[]([^>\].]+)/.exec(wanted.flags) ?? []) : ['', wanted.name()]
  return kind
}

const folders: Readonly<Record<string, string>> = {
  service: 'services',
  group: 'deployment-groups',
  cluster: 'clusters',
  hold: 'directives',
  freeze: 'directives',
  pin: 'directives',
  cordon: 'directives',
}

function folderOf(kind: string, { command, given, options }: Line): string | undefined {
  if (kind !== 'version') return Object.hasOwn(folders, kind) ? folders[kind] : undefined
  const at = command.registeredArguments.findIndex((argument) => argument.name() === 'service')
  const service = given[at] ?? options.get('--service')
  // Of a version that is new there is nothing to tell, but what is there already.
  return service !== undefined && isPlain(service) ? `services/${service}/versions` : undefined
}

/** A name goes into a shell's line: what could be anything else is not offered. */
function isPlain(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)
}

async function namesIn(folder: string, { line, deps }: Place): Promise<readonly string[]> {
  const { options } = line
  const [catalog, fleet] = [options.get('--catalog'), options.get('--fleet')]
  const located = locateRepositories(given({ catalog, fleet }), deps.env, deps.cwd).catalog
  if (located === undefined) return []
  const names = await deps.local.listNames(located, folder).catch(() => [])
  return names.filter(isPlain)
}
