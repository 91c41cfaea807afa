import { type Static, Type } from 'typebox'
import { defineOperation } from './operation.ts'
import { explainView } from './explain/explain-view.ts'
import { answerShape } from './explain/shape.ts'
import { publishedExplanation } from './published-answers.ts'
import type { ServiceView, Workspace } from './workspace.ts'
import { nullable, moment, object } from './shapes.ts'

const explanationShape = object({
  at: moment,
  service: Type.String(),
  cluster: nullable(Type.String()),
  answers: Type.Array(answerShape, { description: 'of the cluster, or one for each group' }),
})
export type Explanation = Static<typeof explanationShape>

export const explain = defineOperation({
  name: 'explain',
  summary: 'Why a service does or does not move on, rule by rule',
  input: object({ service: Type.String(), cluster: Type.Optional(Type.String()) }),
  output: explanationShape,
  async handler(workspace, { service, cluster }) {
    return (
      (await publishedExplanation(workspace, service, cluster)) ??
      explainView(await plannedView(workspace, service), service, cluster)
    )
  },
})

/** Throws `KnownError` for a service that does not exist. */
async function plannedView(workspace: Workspace, service: string): Promise<ServiceView> {
  const planning = await workspace.planning()
  planning.services(service)
  return planning
}
