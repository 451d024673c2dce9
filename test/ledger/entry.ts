/** A test that shows a rule kept: the file, and the title as it stands in the source. */
export interface Shown {
  readonly file: `test/${string}.test.ts`
  readonly title: string
}

/** What becomes of one MUST: a test shows that it is kept, or there is a reason why it asks nothing of this library. */
export type Entry =
  | { readonly rule: string; readonly shown: readonly Shown[] }
  | { readonly rule: string; readonly reason: string }

/** The MUSTs of one RFC: for each section, in the order in which they stand there. */
export interface Ledger {
  readonly rfc: string
  readonly sections: Readonly<Record<string, readonly Entry[]>>
}

/** A rule in our own words, and the tests that show it: file and title in turn. */
export const kept = (rule: string, ...shown: readonly Shown[]): Entry => ({ rule, shown })

/** A rule that asks nothing of this library, and why. */
export const notOurs = (rule: string, reason: string): Entry => ({ rule, reason })

/** The tests of one file. */
export const inFile =
  (file: Shown['file']) =>
  (title: string): Shown => ({ file, title })

/** The sentence with which an RFC says what its capital letters mean: MUST and MUST NOT stand in it once each. */
export const definition: readonly Entry[] = [
  notOurs('MUST is used as RFC 2119 defines it', 'defines the word'),
  notOurs('MUST NOT is used as RFC 2119 defines it', 'defines the word'),
]
