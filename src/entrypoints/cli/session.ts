import type { Command } from 'commander'
import type { TObject } from 'typebox'
import type { Instant } from '../../core/domain/time.ts'
import type { Workspace } from '../../operations/workspace.ts'
import { cleanValue } from './clean.ts'
import type { CliDeps, OpenedRepositories } from './deps.ts'
import { locateRepositories } from './locate-repositories.ts'
import { formatData } from './format-data.ts'
import { type OrderGiven, giveOrder } from './give-order.ts'
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
}

const tableWidth = 100
const watchEvery = 2000

export function createSession(deps: CliDeps, exit: (code: number) => void): Session {
  return {
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
      const options = command.optsWithGlobals<GlobalOptions>()
      await withRepositories(deps, options, true, async (repositories) => {
        const page = pageOf(deps, options, deps.now())
        exit(await giveOrder({ deps, repositories, page, output: options.output }, order))
      })
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
