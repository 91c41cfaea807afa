import type { TSchema } from 'typebox'
import { orderAnswerShape } from './orders/order-answer.ts'
import { operations } from './table.ts'
import { verify } from './verify.ts'

/** The schemas of what `halctl -o json` prints: one of each question, and the one that all orders share. */
export function outputSchemas(): ReadonlyMap<string, TSchema> {
  const answers = Object.entries({ ...operations, verify }).map(([name, { output }]): [string, TSchema] => [
    name,
    output,
  ])
  return new Map([...answers, ['order', orderAnswerShape]])
}

/** A schema as the file that is published. */
export function formatOutputSchema(name: string, schema: TSchema): string {
  const title =
    name === 'order' ? 'What every order of halctl answers with -o json' : `halctl ${name} -o json`
  const published = { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schema }
  return `${JSON.stringify(published, undefined, 2)}\n`
}
