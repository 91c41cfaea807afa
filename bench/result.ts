/** What one benchmark measured. `bench/<name>.ts` exports `run(): Promise<BenchResult>`. */
export interface BenchResult {
  readonly name: string
  readonly rows: readonly BenchRow[]
}

export interface BenchRow {
  readonly what: string
  /** The measured figure with its unit: `3.4 s`. */
  readonly value: string
  /** The bound it is held to: `< 5 s`; `-` for a figure that is only told. */
  readonly wanted: string
  readonly ok: boolean
}
