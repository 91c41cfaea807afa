import { toMoment } from '../answer-values.ts'
import type { Explanation } from '../explain.ts'
import type { ServiceView } from '../workspace.ts'
import { explainSubject } from './rules.ts'
import { type Subject, subjectOfCluster, subjectsOfGroups } from './subject.ts'

/** Every rule about a service on a cluster, or in each group. Throws `KnownError` for a cluster that does not exist. */
export async function explainView(
  view: ServiceView,
  service: string,
  cluster: string | undefined,
): Promise<Explanation> {
  const subjects: readonly Subject[] =
    cluster === undefined ? subjectsOfGroups(view, service) : [subjectOfCluster(view, service, cluster)]
  const answers: Explanation['answers'] = []
  for (const subject of subjects) answers.push(await explainSubject(subject))
  return { at: toMoment(view.observations.at) ?? '', service, cluster: cluster ?? null, answers }
}
