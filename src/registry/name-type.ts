/** NameType of a ServerName (RFC 6066 §3). */
export const NameType = { host_name: 0 } as const

export type NameType = number
