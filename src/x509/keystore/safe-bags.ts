import { toHex } from '../../bytes/convert.js'
import { Reader } from '../../bytes/reader.js'
import { contextTag, DerTag, readDer } from '../../codec/der.js'
import { berToDer } from './ber.js'
import { damaged } from './keystore-error.js'
import type { WorkBudget } from './work-budget.js'

/** What people and programs call an entry (RFC 7292 §4.2). */
export interface BagNames {
  readonly friendlyName?: string
  /** Ties a key to its certificate: equal octets on both. */
  readonly localKeyId?: Uint8Array
}

/** A bag that holds something for TLS; others (CRLs, secrets, certificates that are not X.509) are left out. */
export type SafeBag = BagNames &
  (
    | { readonly type: 'key'; readonly privateKeyInfo: Uint8Array }
    /** The fields of an EncryptedPrivateKeyInfo. */
    | { readonly type: 'encrypted key'; readonly fields: Uint8Array }
    | { readonly type: 'certificate'; readonly der: Uint8Array }
  )

/** Bag types (RFC 7292 §4.2) and other identifiers, by the contents of their object identifiers. */
const Identifier = {
  keyBag: '2a864886f70d010c0a0101',
  pkcs8ShroudedKeyBag: '2a864886f70d010c0a0102',
  certBag: '2a864886f70d010c0a0103',
  safeContentsBag: '2a864886f70d010c0a0106',
  x509Certificate: '2a864886f70d01091601',
  friendlyName: '2a864886f70d010914',
  localKeyId: '2a864886f70d010915',
} as const

const BMP_STRING = 0x1e
const MAX_NESTED_SAFES = 4

/** UTF-16, big-endian. Not by TextDecoder, which need not know it everywhere. */
const readBmpString = (octets: Uint8Array): string =>
  Array.from({ length: octets.length >> 1 }, (_, i) =>
    String.fromCharCode(((octets[2 * i] ?? 0) << 8) | (octets[2 * i + 1] ?? 0)),
  ).join('')

/** The attributes of a bag that are known here; of several values the first counts. */
function readAttributes(attributes: Reader): BagNames {
  let names: BagNames = {}
  while (attributes.remaining > 0) {
    const fields = new Reader(readDer(attributes, DerTag.sequence).contents)
    const identifier = toHex(readDer(fields, DerTag.objectIdentifier).contents)
    const values = new Reader(readDer(fields, DerTag.set).contents)
    if (values.remaining === 0) continue
    const { tag, contents } = readDer(values)
    if (identifier === Identifier.friendlyName && tag === BMP_STRING) {
      names = { ...names, friendlyName: readBmpString(contents) }
    }
    if (identifier === Identifier.localKeyId && tag === DerTag.octetString) names = { ...names, localKeyId: contents }
  }
  return names
}

/** The certificate of a CertBag (RFC 7292 §4.2.3), or `undefined` where it is of another kind. */
function readCertBag(value: Reader): Uint8Array | undefined {
  const fields = new Reader(readDer(value, DerTag.sequence).contents)
  const kind = toHex(readDer(fields, DerTag.objectIdentifier).contents)
  if (kind !== Identifier.x509Certificate) return undefined
  return readDer(new Reader(readDer(fields, contextTag(0)).contents), DerTag.octetString).contents
}

function readBag(reader: Reader, depth: number): readonly SafeBag[] {
  const fields = new Reader(readDer(reader, DerTag.sequence).contents)
  const identifier = toHex(readDer(fields, DerTag.objectIdentifier).contents)
  const value = new Reader(readDer(fields, contextTag(0)).contents)
  const names = fields.remaining > 0 ? readAttributes(new Reader(readDer(fields, DerTag.set).contents)) : {}
  fields.finish('SafeBag')
  if (identifier === Identifier.keyBag) {
    return [{ type: 'key', privateKeyInfo: readDer(value, DerTag.sequence).whole, ...names }]
  }
  if (identifier === Identifier.pkcs8ShroudedKeyBag) {
    return [{ type: 'encrypted key', fields: readDer(value, DerTag.sequence).contents, ...names }]
  }
  if (identifier === Identifier.certBag) {
    const der = readCertBag(value)
    return der === undefined ? [] : [{ type: 'certificate', der, ...names }]
  }
  return identifier === Identifier.safeContentsBag ? readBags(value, depth + 1) : []
}

function readBags(reader: Reader, depth: number): readonly SafeBag[] {
  if (depth > MAX_NESTED_SAFES) throw damaged(`safes are nested more than ${MAX_NESTED_SAFES} deep`)
  const bags = new Reader(readDer(reader, DerTag.sequence).contents)
  const found: SafeBag[] = []
  while (bags.remaining > 0) found.push(...readBag(bags, depth))
  return found
}

/** The bags of SafeContents in BER (RFC 7292 §4.2.6), nested ones included. Throws `KeystoreError` or `MalformedError`. */
export function readSafeContents(bytes: Uint8Array, budget: WorkBudget): readonly SafeBag[] {
  const reader = new Reader(berToDer(bytes, budget))
  const bags = readBags(reader, 0)
  reader.finish('SafeContents')
  return bags
}
