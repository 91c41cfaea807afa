/** An error that its reader can mend: every face prints it with its remedy instead of a stack. */
export class KnownError extends Error {
  override readonly name = 'KnownError'
  readonly remedy: string

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options)
    this.remedy = remedy
  }
}
