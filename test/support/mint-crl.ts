/** CRLs as tests want them, wrong ones too: DER by our own writer, signatures by node:crypto. */
import { type KeyObject, sign } from 'node:crypto'
import { concat } from '../../src/bytes/convert.js'
import { DerTag, writeDer, writeDerUnsigned } from '../../src/codec/der.js'
import { oid, writeTree } from './der-editor.js'

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => writeDer(DerTag.sequence, ...parts)
const dotted = (identifier: string): Uint8Array => writeTree(oid(identifier))

export interface CrlExtensionWish {
  readonly oid: string
  readonly critical?: boolean
  readonly value: Uint8Array
}

export interface CrlEntryWish {
  /** Contents octets of the INTEGER. */
  readonly serial: Uint8Array
  /** The number of a reason. */
  readonly reason?: number
  readonly extensions?: readonly CrlExtensionWish[]
}

export interface CrlWish {
  /** DER name. */
  readonly issuer: Uint8Array
  /** An EC key. */
  readonly key: KeyObject
  readonly entries?: readonly CrlEntryWish[]
  readonly thisUpdate?: Date
  /** `null`: there is none. */
  readonly nextUpdate?: Date | null
  /** `null`: there is none. */
  readonly number?: number | null
  /** Makes it a delta. */
  readonly base?: number
  readonly extensions?: readonly CrlExtensionWish[]
}

const ECDSA_WITH_SHA256 = sequence(dotted('1.2.840.10045.4.3.2'))

export const utcTime = (date: Date): Uint8Array =>
  writeDer(
    0x17,
    new TextEncoder().encode(
      date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  )

export const crlExtension = ({ oid: identifier, critical = false, value }: CrlExtensionWish): Uint8Array =>
  sequence(
    dotted(identifier),
    ...(critical ? [writeDer(DerTag.boolean, Uint8Array.of(0xff))] : []),
    writeDer(DerTag.octetString, value),
  )

const reasonExtension = (reason: number): CrlExtensionWish => ({
  oid: '2.5.29.21',
  value: writeDer(0x0a, Uint8Array.of(reason)),
})

const REVOKED = new Date('2025-01-01')

function entryOf({ serial, reason, extensions = [] }: CrlEntryWish): Uint8Array {
  const all = [...(reason === undefined ? [] : [reasonExtension(reason)]), ...extensions]
  const list = all.length === 0 ? [] : [sequence(...all.map(crlExtension))]
  return sequence(writeDer(DerTag.integer, serial), utcTime(REVOKED), ...list)
}

export const crlNumber = (number: number): Uint8Array => {
  const octets = [number >> 16, (number >> 8) & 0xff, number & 0xff]
  return writeDerUnsigned(Uint8Array.from(octets))
}

function extensionsOf({ number = 7, base, extensions = [] }: CrlWish): readonly CrlExtensionWish[] {
  return [
    ...(number === null ? [] : [{ oid: '2.5.29.20', value: crlNumber(number) }]),
    ...(base === undefined ? [] : [{ oid: '2.5.29.27', critical: true, value: crlNumber(base) }]),
    ...extensions,
  ]
}

/** A signed CRL, valid from 2026-01-01 to 2040 unless told otherwise. */
export function mintCrl(wish: CrlWish): Uint8Array {
  const { issuer, key, entries = [], thisUpdate = new Date('2026-01-01'), nextUpdate = new Date('2040-01-01') } = wish
  const extensions = extensionsOf(wish)
  const tbs = sequence(
    writeDer(DerTag.integer, Uint8Array.of(1)),
    ...[ECDSA_WITH_SHA256, issuer, utcTime(thisUpdate), ...(nextUpdate === null ? [] : [utcTime(nextUpdate)])],
    ...(entries.length === 0 ? [] : [sequence(concat(...entries.map(entryOf)))]),
    ...(extensions.length === 0 ? [] : [writeDer(0xa0, sequence(...extensions.map(crlExtension)))]),
  )
  const signature = new Uint8Array(sign('sha256', tbs, key))
  return sequence(tbs, ECDSA_WITH_SHA256, writeDer(DerTag.bitString, Uint8Array.of(0), signature))
}

/** Contents octets of a positive INTEGER of 16 octets for a number: all different, spread like random serial numbers. */
export function serialOf(number: number): Uint8Array {
  const octets = new Uint8Array(16)
  for (let i = 0; i < 4; i++) {
    const mixed = Math.imul(number + 1, [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f][i] ?? 1)
    new DataView(octets.buffer).setUint32(4 * i, mixed)
  }
  octets[0] = 0x40 | ((octets[0] ?? 0) & 0x3f)
  return octets
}
