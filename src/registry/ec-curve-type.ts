/** ECCurveType (IANA; RFC 8422 §5.4): only named_curve is alive. */
export const ECCurveType = { explicit_prime: 1, explicit_char2: 2, named_curve: 3 } as const

export type ECCurveType = number
