import { adoptLost } from '../errors.ts'
import type { HostedApi } from './api.ts'
import { writeComment } from './comments.ts'

/** Says why, closes, and deletes the branch. Nothing happens to one that is closed or merged already. */
export async function closePullRequest(api: HostedApi, number: number, comment: string): Promise<void> {
  const pull = await api.pull(number)
  if (pull.state !== 'open') return
  await writeComment(api, number, { name: 'closed', text: comment })
  await adoptLost(
    async () => api.edit(number, { state: 'closed' }).then((): true => true),
    async () => ((await api.pull(number)).state === 'open' ? undefined : true),
  )
  const head = pull.isOwn ? await api.branchHead(pull.branch) : undefined
  if (head === pull.headSha) await api.deleteBranch(pull.branch)
}
