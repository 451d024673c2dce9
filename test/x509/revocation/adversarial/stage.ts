/** A stage for attacks on revocation: authorities, certificates, and lists and responses with anything wrong in them. */
import { writeDer } from '../../../../src/codec/der.js'
import { parseCertificate } from '../../../../src/x509/certificate.js'
import {
  type CrlEntryWish,
  type CrlExtensionWish,
  type CrlWish,
  crlNumber,
  mintCrl,
} from '../../../support/mint-crl.js'
import { type Minted, mint, mintLeaf, mintRoot, sequence } from '../../minting.js'

/** What a side says of the last certificate of a chain: its status, or that it is not to be known. */
export type Verdict = 'good' | 'revoked' | 'unknown'

/** One attack, or one honest case for comparison. */
export interface Case {
  readonly what: string
  /** Both sides' verdict, or ours where OpenSSL's is another. */
  readonly verdict: Verdict
  /** OpenSSL's, where it is another, and what decides against it. */
  readonly openssl?: Verdict
  readonly because?: string
}

export const MALICE = new Date('2026-03-01')
export const OVER = new Date('2026-02-01')
export const LATER = new Date('2039-01-01')

const TRUE = Uint8Array.of(0xff)
const ascii = (value: string): Uint8Array => new TextEncoder().encode(value)
export const uri = (value: string): Uint8Array => writeDer(0x86, ascii(value))
export const fullName = (...names: readonly Uint8Array[]): Uint8Array => writeDer(0xa0, writeDer(0xa0, ...names))
export const subjectOf = ({ der }: Minted): Uint8Array => parseCertificate(der).subject.der
export const serialOf = ({ der }: Minted): Uint8Array => parseCertificate(der).serialNumber
const directory = (name: Uint8Array): Uint8Array => writeDer(0xa4, name)

/** The fields of an issuing distribution point (RFC 5280 §5.2.5). */
export const scopes = {
  at: (place: string) => fullName(uri(place)),
  users: writeDer(0x81, TRUE),
  authorities: writeDer(0x82, TRUE),
  /** Bits of ReasonFlags, from the first octet's top bit on. */
  reasons: (unused: number, ...bits: readonly number[]) => writeDer(0x83, Uint8Array.of(unused, ...bits)),
  indirect: writeDer(0x84, TRUE),
  attributes: writeDer(0x85, TRUE),
}
export const scope = (...fields: readonly Uint8Array[]): CrlExtensionWish => ({
  ...{ oid: '2.5.29.28', critical: true },
  value: sequence(...fields),
})
/** keyCompromise to superseded, and all others. */
export const HALVES = [scopes.reasons(3, 0x78), scopes.reasons(7, 0x07, 0x80)] as const

/** cRLDistributionPoints of a certificate. */
export const points = (...each: readonly Uint8Array[]): CrlExtensionWish => ({
  oid: '2.5.29.31',
  value: sequence(...each.map((one) => sequence(one))),
})
export const keptBy = (keeper: Minted): Uint8Array => writeDer(0xa2, directory(subjectOf(keeper)))

export const certificateIssuer = (issuer: Minted): CrlExtensionWish => ({
  ...{ oid: '2.5.29.29', critical: true },
  value: sequence(directory(subjectOf(issuer))),
})
export const keyIdentifier = (identifier: Uint8Array): CrlExtensionWish => ({
  oid: '2.5.29.35',
  value: sequence(writeDer(0x80, identifier)),
})
export const keyIdentifierOf = ({ der }: Minted): CrlExtensionWish =>
  keyIdentifier(parseCertificate(der).subjectKeyIdentifier ?? new Uint8Array())
export const unknownExtension = (critical: boolean): CrlExtensionWish => ({
  ...{ oid: '1.3.6.1.4.1.99999.7', critical },
  value: sequence(),
})
export const baseNumber = (number: number, critical: boolean): CrlExtensionWish => ({
  ...{ oid: '2.5.29.27', critical },
  value: crlNumber(number),
})

export const entry = (of: Minted, reason?: number, ...extensions: readonly CrlExtensionWish[]): CrlEntryWish => ({
  serial: serialOf(of),
  extensions,
  ...(reason === undefined ? {} : { reason }),
})

/** Where deltas are to be found (RFC 5280 §5.2.6): OpenSSL looks at none otherwise. */
export const freshest: CrlExtensionWish = {
  oid: '2.5.29.46',
  value: sequence(sequence(fullName(uri('http://crl.example/delta')))),
}

const KEY_IDENTIFIER = '2.5.29.35'

/** A list in the name and by the key of `by`, with the identifier of its key, unless told otherwise. */
export function list(by: Minted, entries: readonly CrlEntryWish[] = [], wish: Partial<CrlWish> = {}): Uint8Array {
  const { extensions = [] } = wish
  const named = extensions.some(({ oid }) => oid === KEY_IDENTIFIER)
  return mintCrl({
    ...{ issuer: subjectOf(by), key: by.key.privateKey, entries, ...wish },
    extensions: named ? extensions : [keyIdentifierOf(by), ...extensions],
  })
}

/** A list that does not say by which key it was signed. */
export const unnamed = (by: Minted, entries: readonly CrlEntryWish[] = [], wish: Partial<CrlWish> = {}): Uint8Array =>
  mintCrl({ issuer: subjectOf(by), key: by.key.privateKey, entries, ...wish })

export const root = mintRoot('Root')
export const rootList = list(root)
/** Another anchor, trusted as well. */
export const secondRoot = mintRoot('Second root')
export const secondList = list(secondRoot)
export const issuer = mint({ name: 'Issuer', issuer: root, ca: true })
export const sibling = mint({ name: 'Sibling', issuer: root, ca: true })
export const stranger = mintRoot('Stranger')
/** Authorities of the issuer's name with keys of their own. */
export const namesake = mint({ name: 'Issuer', issuer: sibling, ca: true })
export const strangersNamesake = mint({ name: 'Issuer', issuer: stranger, ca: true })
export const leaf = mintLeaf(issuer)
export const honest = list(issuer)
/** Newer than every honest list. */
export const newer = { thisUpdate: MALICE, number: 9 } as const
