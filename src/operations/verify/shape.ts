import { type Static, Type } from 'typebox'
import { nullable, object } from '../shapes.ts'

export const verifyFindingShape = object({
  kind: Type.Union([
    Type.Literal('differs', { description: 'the bytes are not what the catalog renders' }),
    Type.Literal('notWrittenByHalyard', { description: 'Halyard renders no file of this path' }),
    Type.Literal('commitWithoutTrailers', { description: 'brought by a commit that Halyard did not make' }),
    Type.Literal('unrenderable', { description: 'what it was rendered from can not be had any more' }),
    Type.Literal('unreadableRollout', { description: 'a ledger that says nothing' }),
  ]),
  message: Type.String(),
  files: Type.Array(Type.String(), { description: 'paths of the fleet repository, sorted' }),
  fleetCommits: Type.Array(Type.String(), { description: 'that brought these files' }),
  catalogCommit: nullable(Type.String({ description: 'that they were compared with' })),
  diff: nullable(
    Type.String({
      description:
        'unified diff from what Halyard renders or left there to what is there; `<cluster>` stands for the name in its paths',
    }),
  ),
})
export type VerifyFinding = Static<typeof verifyFindingShape>
