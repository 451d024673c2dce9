import { concat, toHex } from '../../bytes/convert.js'
import { Reader } from '../../bytes/reader.js'
import { contextTag, DerTag, enterDer, readDer } from '../../codec/der.js'
import { type Algorithm, isNext, readAlgorithm, readCount } from './algorithm.js'
import { berToDer } from './ber.js'
import { damaged, unsupported } from './keystore-error.js'
import type { WorkBudget } from './work-budget.js'

/** MacData (RFC 7292 §4): how the contents are authenticated. */
export interface MacData {
  readonly algorithm: Algorithm
  readonly digest: Uint8Array
  readonly salt: Uint8Array
  readonly iterations: number
}

/** One part of the AuthenticatedSafe (RFC 7292 §4.1): SafeContents in the clear, or encrypted. */
export type SafePart =
  | { readonly type: 'data'; readonly contents: Uint8Array }
  | { readonly type: 'encrypted'; readonly algorithm: Uint8Array; readonly ciphertext: Uint8Array }

/** A PFX (RFC 7292 §4) taken apart, before anything in it is authenticated. */
export interface Pfx {
  /** What the MAC covers: the octets of the AuthenticatedSafe as they stand in the file. */
  readonly authenticated: Uint8Array
  readonly mac: MacData | undefined
}

/** Content types of PKCS#7 by the contents of their object identifiers. */
const ContentType = {
  data: '2a864886f70d010701',
  signedData: '2a864886f70d010702',
  envelopedData: '2a864886f70d010703',
  encryptedData: '2a864886f70d010706',
} as const

/** The type and the explicitly tagged content of a ContentInfo. */
function readContentInfo(reader: Reader): { type: string; content: Reader } {
  const fields = new Reader(readDer(reader, DerTag.sequence).contents)
  const type = toHex(readDer(fields, DerTag.objectIdentifier).contents)
  const content = new Reader(readDer(fields, contextTag(0)).contents)
  fields.finish('ContentInfo')
  return { type, content }
}

function readMacData(reader: Reader): MacData {
  const fields = new Reader(readDer(reader, DerTag.sequence).contents)
  const digestInfo = new Reader(readDer(fields, DerTag.sequence).contents)
  const algorithm = readAlgorithm(digestInfo)
  const digest = readDer(digestInfo, DerTag.octetString).contents
  digestInfo.finish('DigestInfo')
  const salt = readDer(fields, DerTag.octetString).contents
  const iterations = fields.remaining > 0 ? readCount(fields) : 1
  fields.finish('MacData')
  return { algorithm, digest, salt, iterations }
}

/** Reads the outer layer of a file in BER. Throws `KeystoreError` or `MalformedError`. */
export function readPfx(bytes: Uint8Array, budget: WorkBudget): Pfx {
  const fields = enterDer(berToDer(bytes, budget), DerTag.sequence)
  if (readCount(fields) !== 3) throw unsupported('the keystore is not PKCS#12 of version 3, the only one there is')
  const { type, content } = readContentInfo(fields)
  if (type === ContentType.signedData) {
    throw unsupported('the keystore is protected by a signature in place of a password, which is not supported')
  }
  if (type !== ContentType.data) throw damaged('its contents are of an unknown type')
  const authenticated = readDer(content, DerTag.octetString).contents
  const mac = fields.remaining > 0 ? readMacData(fields) : undefined
  fields.finish('PFX')
  return { authenticated, mac }
}

/** Implicitly tagged octets: in one piece, or in several octet strings where the file was BER. */
function implicitOctets(reader: Reader): Uint8Array {
  const { tag, contents } = readDer(reader)
  if (tag === 0x80) return contents
  if (tag !== contextTag(0)) throw damaged('encrypted contents are missing')
  const pieces = new Reader(contents)
  const octets: Uint8Array[] = []
  while (pieces.remaining > 0) octets.push(readDer(pieces, DerTag.octetString).contents)
  return concat(...octets)
}

/** EncryptedData of PKCS#7, whose contents a password encrypts. */
function readEncryptedData(content: Reader): SafePart {
  const fields = new Reader(readDer(content, DerTag.sequence).contents)
  readDer(fields, DerTag.integer)
  const info = new Reader(readDer(fields, DerTag.sequence).contents)
  if (toHex(readDer(info, DerTag.objectIdentifier).contents) !== ContentType.data) {
    throw damaged('encrypted contents are of an unknown type')
  }
  const algorithm = readDer(info, DerTag.sequence).whole
  const ciphertext = implicitOctets(info)
  info.finish('EncryptedContentInfo')
  if (isNext(fields, contextTag(1))) readDer(fields) // attributes: PKCS#12 has none
  fields.finish('EncryptedData')
  return { type: 'encrypted', algorithm, ciphertext }
}

function readPart(reader: Reader): SafePart {
  const { type, content } = readContentInfo(reader)
  if (type === ContentType.data) return { type: 'data', contents: readDer(content, DerTag.octetString).contents }
  if (type === ContentType.encryptedData) return readEncryptedData(content)
  if (type === ContentType.envelopedData) {
    throw unsupported('contents are encrypted for a public key in place of a password, which is not supported')
  }
  throw damaged('a part is of an unknown type')
}

/** The parts of an AuthenticatedSafe in BER. Throws `KeystoreError` or `MalformedError`. */
export function readAuthenticatedSafe(authenticated: Uint8Array, budget: WorkBudget): readonly SafePart[] {
  const reader = enterDer(berToDer(authenticated, budget), DerTag.sequence)
  const parts: SafePart[] = []
  while (reader.remaining > 0) parts.push(readPart(reader))
  return parts
}
