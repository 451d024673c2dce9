/** MaxFragmentLength: the four lengths that can be asked for, as codes (RFC 6066 §4). */
export const MaxFragmentLength = { '2^9': 1, '2^10': 2, '2^11': 3, '2^12': 4 } as const

export type MaxFragmentLength = number

/** A length in bytes that can be asked for. */
export type FragmentLength = 512 | 1024 | 2048 | 4096

/** The code of a length that can be asked for. */
export const fragmentLengthCode = (length: FragmentLength): MaxFragmentLength => Math.log2(length) - 8

const lengths: readonly (FragmentLength | undefined)[] = [undefined, 512, 1024, 2048, 4096]

/** The length in bytes behind a code, or `undefined` for a code that is not registered. */
export const fragmentLengthOf = (code: MaxFragmentLength): FragmentLength | undefined => lengths[code]
