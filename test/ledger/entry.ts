/** A test that shows a rule kept: the file, and the title as it stands in the source. */
export interface Shown {
  readonly file: `test/${string}.test.ts`
  readonly title: string
}

/**
 * What becomes of one MUST: a test shows that it is kept, or there is a reason why it asks nothing of this library; where the
 * library does otherwise than the rule, there are both.
 */
export type Entry =
  | { readonly rule: string; readonly shown: readonly Shown[] }
  | { readonly rule: string; readonly reason: string }
  | { readonly rule: string; readonly reason: string; readonly shown: readonly Shown[] }

/** The MUSTs of one RFC: for each section, in the order in which they stand there. */
export interface Ledger {
  readonly rfc: string
  readonly sections: Readonly<Record<string, readonly Entry[]>>
}

/** A rule in our own words, and the tests that show it: file and title in turn. */
export const kept = (rule: string, ...shown: readonly Shown[]): Entry => ({ rule, shown })

/** A rule that asks nothing of this library, and why. */
export const notOurs = (rule: string, reason: string): Entry => ({ rule, reason })

/** A rule that the library does not keep to the letter: why, and what it does instead. */
export const otherwise = (rule: string, reason: string, ...shown: readonly Shown[]): Entry => ({ rule, reason, shown })

/** The tests of one file. */
export const inFile =
  (file: Shown['file']) =>
  (title: string): Shown => ({ file, title })

/** The sentence with which an RFC says what its capital letters mean: MUST and MUST NOT stand in it once each. */
export const definition: readonly Entry[] = [
  notOurs('The word MUST is used as the RFC on such words defines it', 'defines the word'),
  notOurs('The words MUST NOT are used as that RFC defines them', 'defines the words'),
]
