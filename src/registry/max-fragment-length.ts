/** MaxFragmentLength: the four lengths that can be asked for, as codes (RFC 6066 §4). */
export const MaxFragmentLength = { '2^9': 1, '2^10': 2, '2^11': 3, '2^12': 4 } as const

export type MaxFragmentLength = number

/** A length in bytes that can be asked for. */
export type FragmentLength = 512 | 1024 | 2048 | 4096

export const fragmentLengthCodeOf: Readonly<Record<FragmentLength, MaxFragmentLength>> = {
  512: 1,
  1024: 2,
  2048: 3,
  4096: 4,
}

/** The length in bytes behind a code, or `undefined` for a code that is not registered. */
export const fragmentLengthOf = (code: MaxFragmentLength): number | undefined =>
  code >= 1 && code <= 4 ? 2 ** (8 + code) : undefined
