import { type Static, Type } from 'typebox'
import { moment, nullable, object } from '../shapes.ts'

export const ruleShape = object({
  verdict: Type.Union([Type.Literal('yes'), Type.Literal('not')]),
  rule: Type.String(),
  text: Type.String(),
  place: nullable(Type.String({ description: 'file and line in the catalog or the fleet repository' })),
  by: nullable(Type.String({ description: 'who wrote it' })),
  evidence: Type.Array(Type.String(), { description: 'what proves it, the most telling first' }),
  opensWhen: nullable(Type.String()),
  opensAt: nullable(moment),
})
export type RuleAnswer = Static<typeof ruleShape>

export const answerShape = object({
  group: nullable(Type.String()),
  headline: Type.String(),
  /** What main desires there, and what it waits for. */
  desired: nullable(Type.String()),
  waitsFor: nullable(Type.String()),
  rules: Type.Array(ruleShape),
  earliest: nullable(object({ at: nullable(moment), text: Type.String() })),
  move: nullable(Type.String({ description: 'whose move it is, and which; null: nobody has to act' })),
})
