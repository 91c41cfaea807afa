import type { Command } from 'commander'
import type { TObject } from 'typebox'
import type { Instant } from '../../core/domain/time.ts'
import type { Workspace } from '../../operations/workspace.ts'
import { cleanValue } from './clean.ts'
import type { CliDeps, OpenedRepositories } from './deps.ts'
import { locateRepositories } from './locate-repositories.ts'
import { formatData } from './format-data.ts'
import { giveOrder, type OrderContext, type OrderGiven } from './give-order.ts'
import { withProgress } from './progress.ts'
import { createStyle, type Style } from './style.ts'

export interface GlobalOptions {
  readonly catalog?: string
  readonly fleet?: string
  readonly output: 'table' | 'wide' | 'json' | 'yaml'
  readonly watch?: boolean
  readonly color: boolean
}

/** What a text view may use. */
export interface Page {
  readonly isWide: boolean
  /** Undefined: lines are not cut. */
  readonly width: number | undefined
  readonly style: Style
  readonly isColoured: boolean
  readonly now: Instant
}

export interface Question<Answer> {
  ask(workspace: Workspace): Promise<Answer>
  /** Gets the answer with every string cleaned for a terminal. */
  view(answer: Answer, page: Page): string
  exitCode?(answer: Answer): number
}

/** One run of one command. */
export interface Session {
  /** Asks and prints, again and again with --watch. */
  answer<Answer>(command: Command, question: Question<Answer>): Promise<void>
  /** Says what an order will do, and does it once that is confirmed. */
  order<Input extends TObject>(command: Command, order: OrderGiven<Input>): Promise<void>
  /** Does something else with the repositories of an order. `work` returns the exit code. */
  author(command: Command, work: (context: OrderContext) => Promise<number>): Promise<void>
  /** Does something that needs no repository. `work` returns the exit code. */
  perform(command: Command, work: (context: WorkContext) => Promise<number>): Promise<void>
}

export interface WorkContext {
  readonly deps: CliDeps
  readonly page: Page
  readonly output: GlobalOptions['output']
  /** Work that Ctrl-C does not stop half-way: the program ends when it is done, or has taken itself back. */
  finish<Value>(work: () => Promise<Value>): Promise<Value>
}

const tableWidth = 100
const watchEvery = 2000

export interface SessionEnds {
  exit(code: number): void
  readonly finish: WorkContext['finish']
}

export function createSession(deps: CliDeps, { exit, finish }: SessionEnds): Session {
  const contextOf = (options: GlobalOptions): WorkContext => ({
    deps,
    page: pageOf(deps, options, deps.now()),
    output: options.output,
    finish,
  })
  const session: Pick<Session, 'author' | 'perform'> = {
    async author(command, work) {
      const options = command.optsWithGlobals<GlobalOptions>()
      await withRepositories(deps, options, true, async (repositories) => {
        exit(await work({ ...contextOf(options), repositories }))
      })
    },
    async perform(command, work) {
      exit(await work(contextOf(command.optsWithGlobals<GlobalOptions>())))
    },
  }
  return {
    ...session,
    async answer(command, question) {
      const options = command.optsWithGlobals<GlobalOptions>()
      const ask = async (repositories: OpenedRepositories) => askOnce(deps, options, question, repositories)
      await withRepositories(deps, options, false, async (repositories) => {
        if (options.watch === true) return watch(deps, async () => ask(repositories))
        const { text, exitCode } = await ask(repositories)
        deps.stdout.write(text)
        exit(exitCode)
      })
    },
    async order(command, order) {
      await session.author(command, async (context) => giveOrder(context, order))
    },
  }
}

async function withRepositories(
  deps: CliDeps,
  options: GlobalOptions,
  forOrders: boolean,
  work: (repositories: OpenedRepositories) => Promise<void>,
): Promise<void> {
  const { env, cwd } = deps
  const located = locateRepositories(options, env, cwd)
  const repositories = await deps.openRepositories({ ...located, env, cwd, forOrders })
  try {
    await work(repositories)
  } finally {
    await repositories.close()
  }
}

interface Answered {
  readonly text: string
  readonly content: string
  readonly exitCode: number
}

async function watch(deps: CliDeps, ask: () => Promise<Answered>): Promise<void> {
  let before = ''
  while (!deps.signal.aborted) {
    const { text, content } = await ask()
    if (deps.stdout.isTTY) deps.stdout.write(`\u001b[H\u001b[2J\u001b[3J${text}`)
    else if (content !== before) deps.stdout.write(text)
    before = content
    await deps.sleep(watchEvery)
  }
}

async function askOnce<Answer>(
  deps: CliDeps,
  options: GlobalOptions,
  question: Question<Answer>,
  repositories: OpenedRepositories,
): Promise<Answered> {
  const now = deps.now()
  const answer = await withProgress(deps.stderr, 'reading the repositories', async () =>
    question.ask(await repositories.workspace(now)),
  )
  const text = await format(answer, question, options, pageOf(deps, options, now))
  return { text, content: contentOf(answer), exitCode: question.exitCode?.(answer) ?? 0 }
}

/** What an answer says apart from when it was asked, to tell whether anything changed. */
function contentOf(answer: unknown): string {
  return JSON.stringify({ ...Object(answer), now: undefined, at: undefined })
}

function pageOf(deps: CliDeps, options: GlobalOptions, now: Instant): Page {
  const isWide = options.output === 'wide'
  const isColoured = allowsColour(deps, options)
  return {
    isWide,
    width: isWide ? undefined : Math.max(deps.stdout.columns ?? tableWidth, 60),
    style: createStyle(isColoured),
    isColoured,
    now,
  }
}

/** https://no-color.org: any value but the empty one turns colour off. */
function allowsColour({ env, stdout }: CliDeps, options: GlobalOptions): boolean {
  return options.color && stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

async function format<Answer>(
  answer: Answer,
  question: Question<Answer>,
  { output }: GlobalOptions,
  page: Page,
): Promise<string> {
  return output === 'json' || output === 'yaml'
    ? formatData(answer, output)
    : question.view(cleanValue(answer), page)
}
