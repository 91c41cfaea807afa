import { type Static, Type } from 'typebox'
import { count, nullable, object } from '../shapes.ts'

/** What every order answers for programs, done or only looked at (`--dry-run`). */
export const orderAnswerShape = object({
  order: Type.String(),
  summary: Type.Array(Type.String(), { description: 'what will happen, a sentence each' }),
  affects: Type.Array(
    object({
      service: nullable(Type.String({ description: 'null: every service of the group' })),
      group: Type.String(),
      clusters: count,
      failing: count,
    }),
  ),
  message: Type.String({ description: 'of the commit' }),
  changes: Type.Array(
    object({
      path: Type.String(),
      text: nullable(Type.String({ description: 'null: the file is removed' })),
    }),
  ),
  author: nullable(object({ name: Type.String(), email: Type.String() })),
  commit: nullable(Type.String({ description: 'null: nothing was written' })),
  place: nullable(Type.String({ description: 'where the commit is' })),
  pushed: nullable(Type.Boolean()),
  acknowledged: nullable(Type.Boolean({ description: 'null: nobody asked to wait' })),
})

export type OrderAnswer = Static<typeof orderAnswerShape>
