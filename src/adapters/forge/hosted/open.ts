import { adoptLost, ForgeError } from '../errors.ts'
import type { PullRequestDraft } from '../port.ts'
import type { HostedApi, HostedPull, Reviewers } from './api.ts'

/** A branch's pull request may tell the head before the last push for some moments. */
const headAttempts = 5

/** Opens a pull request or brings the branch's open one up to date, also one that another writer opened meanwhile. */
export async function openPullRequest(
  api: HostedApi,
  draft: PullRequestDraft,
  pause: (milliseconds: number) => Promise<void>,
): Promise<HostedPull> {
  const existing = await findOpen(api, draft.branch)
  const pull = existing ?? (await create(api, draft))
  const current = await withText(api, pull, draft)
  const labelled = await withLabels(api, current, draft.labels)
  await askReviewers(api, labelled, draft.reviewers ?? [])
  return existing === undefined ? labelled : withHead(api, labelled, pause)
}

async function findOpen(api: HostedApi, branch: string): Promise<HostedPull | undefined> {
  return (await api.pullsOfBranch(branch)).find(({ isOwn, state }) => isOwn && state === 'open')
}

async function create(api: HostedApi, draft: PullRequestDraft): Promise<HostedPull> {
  const find = async (): Promise<HostedPull | undefined> => findOpen(api, draft.branch)
  const created = await adoptLost(async () => api.create(draft), find)
  if (created !== 'exists') return created
  const found = await find()
  if (found) return found
  throw new ForgeError(
    'refused',
    `the forge says that ${draft.branch} has an open pull request, but lists none`,
    'look for a pull request of that branch that the credentials can not see',
  )
}

async function withText(
  api: HostedApi,
  pull: HostedPull,
  { title, body }: PullRequestDraft,
): Promise<HostedPull> {
  const isSame = (one: HostedPull): boolean => one.title === title && one.body === body
  if (isSame(pull)) return pull
  const wanted = { ...pull, title, body }
  return adoptLost(
    async () => api.edit(pull.number, { title, body }).then(() => wanted),
    async () => (isSame(await api.pull(pull.number)) ? wanted : undefined),
  )
}

async function withLabels(api: HostedApi, pull: HostedPull, labels: readonly string[]): Promise<HostedPull> {
  const missing = labels.filter((label) => !pull.labels.includes(label))
  // Adding a label twice is adding it once, so a lost reply needs no look.
  if (missing.length > 0) await api.addLabels(pull.number, missing)
  return { ...pull, labels: [...pull.labels, ...missing] }
}

async function askReviewers(api: HostedApi, pull: HostedPull, reviewers: readonly string[]): Promise<void> {
  if (reviewers.length === 0 || pull.askedReviewers.length > 0) return
  const approvers = await api.approvers(pull)
  const missing = reviewers.filter((reviewer) => !approvers.includes(reviewer))
  if (missing.length > 0) await api.askReviewers(pull.number, toReviewers(missing))
}

/** Teams are named with their organisation. */
function toReviewers(names: readonly string[]): Reviewers {
  const teams = names.filter((name) => name.includes('/'))
  return {
    people: names.filter((name) => !name.includes('/')),
    teams: teams.map((team) => team.slice(team.indexOf('/') + 1)),
  }
}

/** The pull request once it tells the branch's head. */
async function withHead(
  api: HostedApi,
  pull: HostedPull,
  pause: (milliseconds: number) => Promise<void>,
): Promise<HostedPull> {
  let headSha = pull.headSha
  for (let attempt = 0; attempt < headAttempts; attempt++) {
    if ((await api.branchHead(pull.branch)) === headSha) break
    await pause(300 * (attempt + 1))
    headSha = (await api.pull(pull.number)).headSha
  }
  return { ...pull, headSha }
}
