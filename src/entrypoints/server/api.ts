import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Operation } from '../../operations/operation.ts'
import { operations } from '../../operations/table.ts'
import type { ServerDeps } from './deps.ts'
import { sendProblem } from './problem.ts'

/** Every operation of the table as `GET /api/v1/<name>`, its input as the query string. */
export function registerApi(app: FastifyInstance, deps: ServerDeps): void {
  for (const operation of Object.values<Operation>(operations)) registerOperation(app, deps, operation)
  app.get('/api/v1', async (_, reply) =>
    reply.header('cache-control', 'no-store').send(
      Object.values(operations).map(({ name, summary, input, output }) => ({
        name,
        summary,
        href: `/api/v1/${name}`,
        input,
        output,
      })),
    ),
  )
}

function registerOperation(
  app: FastifyInstance,
  deps: ServerDeps,
  { name, input, handler }: Operation,
): void {
  const parse = createQueryParser(input)
  app.get(`/api/v1/${name}`, async (request, reply) => {
    const query = parse(request.query)
    if (query.kind === 'invalid')
      return sendProblem(reply, {
        status: 400,
        detail: `the query of ${name} is not valid`,
        errors: query.errors,
      })
    const answer = await handler(await deps.workspace(), query.value)
    return reply.header('cache-control', 'no-store').send(answer)
  })
}

type ParsedQuery =
  | { readonly kind: 'valid'; readonly value: Readonly<Record<string, unknown>> }
  | { readonly kind: 'invalid'; readonly errors: readonly { field: string; message: string }[] }

/** Query strings hold text only: numbers are read from it before the schema is asked. */
function createQueryParser(schema: TSchema): (query: unknown) => ParsedQuery {
  const validator = Compile(schema)
  return (query) => {
    const value = validator.Convert({ ...(query as object) })
    if (validator.Check(value)) return { kind: 'valid', value: value as Record<string, unknown> }
    const errors = validator
      .Errors(value)
      .filter(({ keyword }) => keyword !== 'boolean')
      .map(({ instancePath, message, params }) => ({
        field: instancePath.slice(1),
        message:
          'additionalProperties' in params ? `unknown: ${String(params.additionalProperties)}` : message,
      }))
    return { kind: 'invalid', errors }
  }
}
