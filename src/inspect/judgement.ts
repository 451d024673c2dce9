/**
 * What is told of how a chain was judged. A `DecisionRecord` of x509 has all of it; that it is said again here keeps the
 * narration free of any one validator.
 */
export interface Judgement {
  readonly steps: readonly JudgementStep[]
  /** The path that was accepted, end entity first, or what broke which rule. */
  readonly outcome:
    | { readonly accepted: readonly string[] }
    | { readonly refused: { readonly certificate: string; readonly rule: string; readonly why: string } }
}

/** One check of the last certificate of `path`. */
export interface JudgementStep {
  readonly path: readonly string[]
  readonly check: string
  readonly rule: string
  readonly passed: boolean
  readonly detail: string
}
