import type { Static } from 'typebox'
import { newVersion, type newVersionInput } from '../../operations/authoring/new-version.ts'
import {
  commitOrder,
  draftOrder,
  type OrderDesk,
  type OrderDraft,
} from '../../operations/orders/commit-order.ts'
import { cleanText } from './clean.ts'
import { exitCodes } from './exit-codes.ts'
import { formatData } from './format-data.ts'
import type { OrderContext } from './give-order.ts'
import { withProgress } from './progress.ts'
import { viewFiles, viewSummary } from './views/order.ts'

type Input = Static<typeof newVersionInput>

interface Where {
  readonly commitToBranch?: string
  readonly push?: boolean
  readonly dryRun?: boolean
}

/** What was done with the file of a version. `present`: it was there already, with the same content. */
interface Outcome {
  readonly outcome: 'present' | 'planned' | 'saved' | 'committed'
  readonly commit: string | null
  readonly place: string | null
  readonly pushed: boolean
}

const present: Outcome = { outcome: 'present', commit: null, place: null, pushed: false }

/** Checks a new version against the whole catalog, then writes or commits it. Returns the exit code. */
export async function giveNewVersion(context: OrderContext, input: Input, where: Where): Promise<number> {
  const { deps, repositories, page, output } = context
  const writer = await repositories.writer()
  const draft = await withProgress(deps.stderr, 'reading the repositories', async () =>
    draftOrder(newVersion, input, await repositories.workspace(deps.now()), writer),
  )
  const isText = output === 'table' || output === 'wide'
  const { summary, changes } = draft.prepared
  if (isText) {
    deps.stdout.write(viewSummary(summary, page))
    for (const { path } of changes) deps.stdout.write(cleanText(`file  ${path}\n`))
    if (where.dryRun === true) deps.stdout.write(viewFiles(draft, page))
  }
  const done = changes.length === 0 ? present : await context.finish(async () => write(context, draft, where))
  const words = cleanText(wordsOf(done, input, where))
  deps.stdout.write(isText ? words : await formatData(answerOf(draft, input, done), output))
  return exitCodes.ok
}

async function write(
  { deps, repositories }: OrderContext,
  draft: OrderDraft<Input>,
  { dryRun = false, commitToBranch: branch, push = false }: Where,
): Promise<Outcome> {
  const nowhere = { commit: null, place: null, pushed: false }
  if (dryRun) return { outcome: 'planned', ...nowhere }
  const writer = await repositories.writer()
  if (branch === undefined && !push) {
    await writer.save(draft.prepared.changes)
    return { outcome: 'saved', ...nowhere }
  }
  const author = await writer.author()
  const { base, prepared } = draft
  if (branch !== undefined) {
    const { changes, message } = prepared
    const commit = { base, changes, message, author, time: deps.now(), push, branch }
    const { kind, ...done } = await writer.commitToBranch(commit)
    return { outcome: kind, ...done }
  }
  const desk: OrderDesk = {
    writer,
    author,
    push,
    now: deps.now,
    workspace: async () => repositories.workspace(deps.now()),
  }
  const { outcome } = await commitOrder(newVersion, draft, desk)
  return { outcome: 'committed', commit: outcome.commit, place: outcome.place, pushed: outcome.pushed }
}

function wordsOf({ outcome, commit, place, pushed }: Outcome, { service }: Input, { push }: Where): string {
  switch (outcome) {
    case 'planned':
      return ''
    case 'saved':
      return `written; look at it with git diff, halctl diff ${service}, and open a pull request\n`
    case 'present':
      return place === null ? '' : `it is on ${place} already: ${commit?.slice(0, 8)}\n`
    case 'committed':
      return `committed ${commit?.slice(0, 8)} to ${place}\n${pushed || push === true ? '' : 'push the branch, and open a pull request\n'}`
  }
}

function answerOf({ prepared }: OrderDraft<Input>, { service, version }: Input, done: Outcome) {
  const [change] = prepared.changes
  return {
    service,
    version,
    from: prepared.input.from ?? null,
    ...done,
    path: `services/${service}/versions/${version}.yaml`,
    text: change !== undefined && 'text' in change ? change.text : null,
    summary: prepared.summary,
    affects: prepared.affects,
  }
}
