import { numberAt, textAt } from '../hosted/read-reply.ts'
import type { GiteaParts } from './api.ts'

/** Of labels that Halyard makes: a quiet grey. */
const color = '#8b949e'

/** Gitea adds labels by id, so those that the repository lacks are made first. */
export async function addLabels(
  { ask, everyPageOf }: GiteaParts,
  number: number,
  labels: readonly string[],
): Promise<void> {
  const known = await everyPageOf(['labels'])
  const ids = new Map(known.map((label) => [textAt(label, 'name'), numberAt(label, 'id')] as const))
  for (const name of labels.filter((label) => !ids.has(label))) {
    const made = await ask(['labels'], { method: 'POST', body: { name, color } })
    ids.set(name, numberAt(made, 'id'))
  }
  const wanted = labels.flatMap((label) => ids.get(label) ?? [])
  await ask(['issues', String(number), 'labels'], { method: 'POST', body: { labels: wanted } })
}
