/** End-entity certificates with the names and dates that a test of selection wants, signed by node:crypto. */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { fromAscii, fromHex } from '../../src/bytes/convert.js'
import { DerTag, writeDer, writeDerUnsigned } from '../../src/codec/der.js'
import { pki } from './pki.js'

export interface LeafWish {
  readonly subject?: string
  readonly issuer?: string
  readonly dnsNames?: readonly string[]
  /** Dates as `2026-01-31`. */
  readonly notBefore?: string
  readonly notAfter?: string
  /** PEM of the key that the certificate is for, the test PKI's by default; its ECDSA authority signs. */
  readonly keyPem?: string
  readonly hash?: 'sha256' | 'sha384'
}

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => writeDer(DerTag.sequence, ...parts)
const identifier = (hex: string): Uint8Array => writeDer(DerTag.objectIdentifier, fromHex(hex))
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17

/** A DER name of one common name. */
export const nameOf = (commonName: string): Uint8Array =>
  sequence(
    writeDer(DerTag.set, sequence(identifier('550403'), writeDer(UTF8_STRING, new TextEncoder().encode(commonName)))),
  )

const time = (date: string): Uint8Array => writeDer(UTC_TIME, fromAscii(`${date.replaceAll('-', '').slice(2)}000000Z`))

function extensions(dnsNames: readonly string[]): readonly Uint8Array[] {
  if (dnsNames.length === 0) return []
  const names = sequence(...dnsNames.map((name) => writeDer(0x82, fromAscii(name))))
  return [writeDer(0xa3, sequence(sequence(identifier('551d11'), writeDer(DerTag.octetString, names))))]
}

const algorithms = { sha256: '2a8648ce3d040302', sha384: '2a8648ce3d040303' }

/** A DER certificate, signed with ECDSA. */
export function mintLeaf(wish: LeafWish = {}): Uint8Array {
  const { subject = 'leaf', issuer = 'issuer', dnsNames = [], notBefore = '2024-01-01', notAfter = '2049-01-01' } = wish
  const { keyPem = pki.server.ecdsaP256.keyPem, hash = 'sha256' } = wish
  const algorithm = sequence(identifier(algorithms[hash]))
  const key = new Uint8Array(createPublicKey(keyPem).export({ type: 'spki', format: 'der' }))
  const serial = createHash('sha256').update(JSON.stringify(wish)).digest().subarray(0, 8)
  const tbs = sequence(
    writeDer(0xa0, writeDerUnsigned(Uint8Array.of(2))),
    writeDerUnsigned(new Uint8Array(serial)),
    algorithm,
    nameOf(issuer),
    sequence(time(notBefore), time(notAfter)),
    nameOf(subject),
    key,
    ...extensions(dnsNames),
  )
  const signature = new Uint8Array(sign(hash, tbs, createPrivateKey(pki.ca.ecdsa.keyPem)))
  return sequence(tbs, algorithm, writeDer(DerTag.bitString, Uint8Array.of(0), signature))
}
