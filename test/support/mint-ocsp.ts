/** OCSP responses as tests want them, wrong ones too (RFC 6960 §4.2.1): DER by our own writer, signatures by node:crypto. */
import { createHash, type KeyObject, sign } from 'node:crypto'
import { DerTag, writeDer } from '../../src/codec/der.js'
import { parseCertificate } from '../../src/x509/certificate.js'
import { oid, writeTree } from './der-editor.js'
import { type CrlExtensionWish, crlExtension } from './mint-crl.js'

const sequence = (...parts: readonly Uint8Array[]): Uint8Array => writeDer(DerTag.sequence, ...parts)
const dotted = (identifier: string): Uint8Array => writeTree(oid(identifier))
const octets = (bytes: Uint8Array): Uint8Array => writeDer(DerTag.octetString, bytes)
const sha1 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha1').update(bytes).digest())

export interface OcspAnswerWish {
  /** DER certificates: whom the answer is about, and who issued it. */
  readonly certificate: Uint8Array
  readonly issuer: Uint8Array
  /** `good` unless told otherwise. */
  readonly status?: 'good' | 'revoked' | 'unknown'
  readonly thisUpdate?: Date
  /** `null`: there is none. */
  readonly nextUpdate?: Date | null
  readonly extensions?: readonly CrlExtensionWish[]
}

export interface OcspWish {
  readonly answers: readonly OcspAnswerWish[]
  /** The DER certificate of whoever the response says it is from. */
  readonly responder: Uint8Array
  /** An EC key. */
  readonly key: KeyObject
  readonly named?: 'by name' | 'by key'
  /** DER certificates that are sent along. */
  readonly certificates?: readonly Uint8Array[]
  readonly extensions?: readonly CrlExtensionWish[]
}

const ECDSA_WITH_SHA256 = sequence(dotted('1.2.840.10045.4.3.2'))
const SHA1 = sequence(dotted('1.3.14.3.2.26'), writeDer(DerTag.null))
const REVOKED = new Date('2025-01-01')

const time = (date: Date): Uint8Array =>
  writeDer(0x18, new TextEncoder().encode(date.toISOString().replace(/[-:T]|\.\d+/g, '')))

function certId({ certificate, issuer }: OcspAnswerWish): Uint8Array {
  const { subject, subjectPublicKey } = parseCertificate(issuer)
  const { serialNumber } = parseCertificate(certificate)
  return sequence(
    SHA1,
    octets(sha1(subject.der)),
    octets(sha1(subjectPublicKey)),
    writeDer(DerTag.integer, serialNumber),
  )
}

const statuses = {
  good: () => writeDer(0x80),
  revoked: () => writeDer(0xa1, time(REVOKED)),
  unknown: () => writeDer(0x82),
}

function answer(wish: OcspAnswerWish): Uint8Array {
  const { status = 'good', thisUpdate = new Date('2026-01-01'), nextUpdate = new Date('2040-01-01') } = wish
  return sequence(
    certId(wish),
    statuses[status](),
    time(thisUpdate),
    ...(nextUpdate === null ? [] : [writeDer(0xa0, time(nextUpdate))]),
    ...(wish.extensions === undefined ? [] : [writeDer(0xa1, sequence(...wish.extensions.map(crlExtension)))]),
  )
}

/** A signed OCSPResponse, produced on 2026-01-01, valid to 2040 unless told otherwise. */
export function mintOcsp({
  answers,
  responder,
  key,
  named = 'by name',
  certificates = [],
  extensions,
}: OcspWish): Uint8Array {
  const { subject, subjectPublicKey } = parseCertificate(responder)
  const tbs = sequence(
    named === 'by name' ? writeDer(0xa1, subject.der) : writeDer(0xa2, octets(sha1(subjectPublicKey))),
    time(new Date('2026-01-01')),
    sequence(...answers.map(answer)),
    ...(extensions === undefined ? [] : [writeDer(0xa1, sequence(...extensions.map(crlExtension)))]),
  )
  const signature = writeDer(DerTag.bitString, Uint8Array.of(0), new Uint8Array(sign('sha256', tbs, key)))
  const chain = certificates.length === 0 ? [] : [writeDer(0xa0, sequence(...certificates))]
  const basic = sequence(tbs, ECDSA_WITH_SHA256, signature, ...chain)
  const bytes = sequence(dotted('1.3.6.1.5.5.7.48.1.1'), octets(basic))
  return sequence(writeDer(0x0a, Uint8Array.of(0)), writeDer(0xa0, bytes))
}
