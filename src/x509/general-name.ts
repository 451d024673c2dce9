import type { DistinguishedName } from './distinguished-name.js'

/** One name of a subject, an issuer or a place (RFC 5280 §4.2.1.6). `value` of text kinds is ASCII, checked. */
export type GeneralName =
  | { readonly type: 'dns'; readonly value: string }
  | { readonly type: 'email'; readonly value: string }
  | { readonly type: 'uri'; readonly value: string }
  /** 4 or 16 octets; with mask (8 or 32) in name constraints only. */
  | { readonly type: 'ip'; readonly value: Uint8Array }
  | { readonly type: 'directoryName'; readonly value: DistinguishedName }
  /** `value` is the DER of what stands inside the `[0]`. */
  | { readonly type: 'otherName'; readonly typeId: string; readonly value: Uint8Array }
  | { readonly type: 'registeredID'; readonly value: string }
  /** Kinds that nobody here looks into: the contents octets. */
  | { readonly type: 'x400Address'; readonly value: Uint8Array }
  | { readonly type: 'ediPartyName'; readonly value: Uint8Array }

export type GeneralNameType = GeneralName['type']
