import type { Static, TObject, TSchema } from 'typebox'
import type { Workspace } from './workspace.ts'

/**
 * One question, asked the same way by every face of the project: a name, what it takes, what it answers.
 * Input and output are JSON values; times are RFC 3339 strings in UTC, absent values are null.
 */
export interface Operation<Input extends TObject = TObject, Output extends TSchema = TSchema> {
  readonly name: string
  readonly summary: string
  readonly input: Input
  readonly output: Output
  /** Throws `KnownError` when the input names something that does not exist or a repository is missing. */
  handler(workspace: Workspace, input: Static<Input>): Promise<Static<Output>>
}

/** Infers the types of input and output from their schemas. */
export function defineOperation<Input extends TObject, Output extends TSchema>(
  operation: Operation<Input, Output>,
): Operation<Input, Output> {
  return operation
}
