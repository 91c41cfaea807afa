import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'
import { KnownError } from '../../operations/known-error.ts'
import type { ServerDeps } from './deps.ts'

/** RFC 9457 problem details, with the remedy that every known error has. */
export interface Problem {
  readonly status: number
  readonly detail: string
  readonly remedy?: string
  readonly errors?: readonly { readonly field: string; readonly message: string }[]
}

export async function sendProblem(reply: FastifyReply, problem: Problem): Promise<FastifyReply> {
  const { status } = problem
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', ...problem }))
}

/** What a reader may know of an error: known ones whole, bugs not at all; those the operator is told of. */
export async function problemFor(deps: ServerDeps, thrown: unknown): Promise<Problem> {
  const problem = problemOf((await deps.explainError?.(thrown)) ?? thrown)
  if (problem.status >= 500) deps.onError?.(thrown)
  return problem
}

function problemOf(error: unknown): Problem {
  if (error instanceof KnownError) return { status: 422, detail: error.message, remedy: error.remedy }
  const status = statusOf(error)
  return status !== undefined && status < 500 && error instanceof Error
    ? { status, detail: error.message }
    : { status: 500, detail: 'the server failed on this request; its log says why' }
}

/** Fastify's own errors (a bad URL, a body too large) carry the status that they mean. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined
  return typeof error.statusCode === 'number' ? error.statusCode : undefined
}
