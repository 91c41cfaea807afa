import type { Command } from 'commander'
import type { JsonObject } from '../../core/domain/cluster.ts'
import type { Instant } from '../../core/domain/time.ts'
import type { Workspace } from '../../operations/workspace.ts'
import { cleanValue } from './clean.ts'
import type { CliDeps } from './deps.ts'
import { locateRepositories } from './locate-repositories.ts'
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
}

const tableWidth = 100
const watchEvery = 2000

export function createSession(deps: CliDeps, exit: (code: number) => void): Session {
  return {
    async answer(command, question) {
      const options = command.optsWithGlobals<GlobalOptions>()
      let before = ''
      while (!deps.signal.aborted) {
        const { text, content, exitCode } = await askOnce(deps, options, question)
        if (options.watch !== true) {
          deps.stdout.write(text)
          exit(exitCode)
          return
        }
        if (deps.stdout.isTTY) deps.stdout.write(`\u001b[H\u001b[2J\u001b[3J${text}`)
        else if (content !== before) deps.stdout.write(text)
        before = content
        await deps.sleep(watchEvery)
      }
    },
  }
}

async function askOnce<Answer>(
  deps: CliDeps,
  options: GlobalOptions,
  question: Question<Answer>,
): Promise<{ text: string; content: string; exitCode: number }> {
  const { env, cwd } = deps
  const now = deps.now()
  const opened = await deps.openWorkspace({ ...locateRepositories(options, env, cwd), env, cwd, now })
  try {
    const ask = async (): Promise<Answer> => question.ask(opened.workspace)
    const answer = await withProgress(deps.stderr, 'reading the repositories', ask)
    const text = await format(answer, question, options, pageOf(deps, options, now))
    return { text, content: contentOf(answer), exitCode: question.exitCode?.(answer) ?? 0 }
  } finally {
    await opened.close()
  }
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
  options: GlobalOptions,
  page: Page,
): Promise<string> {
  switch (options.output) {
    case 'json':
      return `${escapeControls(JSON.stringify(answer, undefined, 2))}\n`
    case 'yaml': {
      const { emitYaml } = await import('../../core/render/emit-yaml.ts')
      return emitYaml([JSON.parse(JSON.stringify(answer)) as JsonObject])
    }
    case 'table':
    case 'wide':
      return question.view(cleanValue(answer), page)
  }
}

/** JSON leaves C1 controls as they are, and terminals obey some of them. */
function escapeControls(json: string): string {
  return json.replaceAll(/[\u007f-\u009f]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)
}
