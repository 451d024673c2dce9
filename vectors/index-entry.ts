/** One capture, as index.json has it. */
export interface IndexEntry {
  readonly file: string
  readonly shows: string
  /** Versions. */
  readonly server: string
  readonly client: string
  readonly suite: string
  readonly resumed?: string
  readonly refusedWith?: string
  /** Where the keys are: in the file, or `none` where nobody got that far. */
  readonly secrets: string
}
