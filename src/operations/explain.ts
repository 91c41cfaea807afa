import { type Static, Type } from 'typebox'
import { defineOperation } from './operation.ts'
import { explainSubject } from './explain/rules.ts'
import { answerShape } from './explain/shape.ts'
import { type Subject, subjectOfCluster, subjectsOfGroups } from './explain/subject.ts'
import { publishedView } from './published-view.ts'
import type { ServiceView, Workspace } from './workspace.ts'
import { nullable, moment, object, toMoment } from './shapes.ts'

export const explain = defineOperation({
  name: 'explain',
  summary: 'Why a service does or does not move on, rule by rule',
  input: object({ service: Type.String(), cluster: Type.Optional(Type.String()) }),
  output: object({
    at: moment,
    service: Type.String(),
    cluster: nullable(Type.String()),
    answers: Type.Array(answerShape, { description: 'of the cluster, or one for each group' }),
  }),
  async handler(workspace, { service, cluster }) {
    const planning =
      (await publishedView(workspace, service, cluster)) ?? (await plannedView(workspace, service))
    const subjects: readonly Subject[] =
      cluster === undefined
        ? subjectsOfGroups(planning, service)
        : [subjectOfCluster(planning, service, cluster)]
    const answers: Static<typeof answerShape>[] = []
    for (const subject of subjects) answers.push(await explainSubject(subject))
    return { at: toMoment(planning.observations.at) ?? '', service, cluster: cluster ?? null, answers }
  },
})

/** Throws `KnownError` for a service that does not exist. */
async function plannedView(workspace: Workspace, service: string): Promise<ServiceView> {
  const planning = await workspace.planning()
  planning.services(service)
  return planning
}
