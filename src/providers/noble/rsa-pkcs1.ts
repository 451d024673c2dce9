import { concat, fromBigInt, fromHex, toBigInt } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import type { RsaPublicKey } from '../../crypto/rsa-key.js'
import type { Pkcs1Hash } from '../../crypto/scheme-parameters.js'
import { powerPublic, type RandomBytes } from './big-math.js'
import { hash } from './hashes.js'
import type { RsaPrivateOperation } from './rsa-private-operation.js'

/** DER of a DigestInfo up to the digest (RFC 8017 §9.2, note 1). */
const digestInfoPrefixes: Readonly<Record<Pkcs1Hash, Uint8Array>> = {
  sha1: fromHex('3021300906052b0e03021a05000414'),
  sha224: fromHex('302d300d06096086480165030402040500041c'),
  sha256: fromHex('3031300d060960864801650304020105000420'),
  sha384: fromHex('3041300d060960864801650304020205000430'),
  sha512: fromHex('3051300d060960864801650304020305000440'),
}

/** 00, the block type, at least eight octets of padding, 00 (RFC 8017 §7.2.1, RFC 8017 §9.2). */
const PADDING_OVERHEAD = 11

/** EMSA-PKCS1-v1_5, or `undefined` where the key is too short for the hash (RFC 8017 §9.2). */
function encode(name: Pkcs1Hash, content: Uint8Array, length: number): Uint8Array | undefined {
  const digestInfo = concat(digestInfoPrefixes[name], hash(name, content))
  if (length < digestInfo.length + PADDING_OVERHEAD) return undefined
  const encoded = new Uint8Array(length).fill(0xff)
  encoded.set([0, 1])
  encoded[length - digestInfo.length - 1] = 0
  encoded.set(digestInfo, length - digestInfo.length)
  return encoded
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.1). Throws `TypeError` where the key is too short for the hash. */
export function signPkcs1(
  key: RsaPublicKey,
  operation: RsaPrivateOperation,
  name: Pkcs1Hash,
  content: Uint8Array,
): Uint8Array {
  const encoded = encode(name, content, key.length)
  if (encoded === undefined) throw new TypeError(`an RSA key of ${key.bits} bits is too short for ${name}`)
  return fromBigInt(operation(toBigInt(encoded)), key.length)
}

/** The one possible encoding is made and compared whole: nothing that a signer chose is ever parsed (RFC 8017 §8.2.2). */
export function verifyPkcs1(key: RsaPublicKey, name: Pkcs1Hash, content: Uint8Array, signature: Uint8Array): boolean {
  const s = toBigInt(signature)
  if (signature.length !== key.length || s >= key.n) return false
  const encoded = encode(name, content, key.length)
  return encoded !== undefined && publicEqual(fromBigInt(powerPublic(s, key.e, key.n), key.length), encoded)
}

const ATTEMPTS = 64

/** Random octets none of which is zero. */
function nonZeroBytes(length: number, randomBytes: RandomBytes): Uint8Array {
  const bytes = Uint8Array.from(randomBytes(length))
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const zeros = [...bytes.keys()].filter((i) => bytes[i] === 0)
    if (zeros.length === 0) return bytes
    const more = randomBytes(zeros.length)
    zeros.forEach((at, i) => {
      bytes[at] = more[i] ?? 0
    })
  }
  throw new Error('the random number generator gives nothing but zeros')
}

/** RSAES-PKCS1-v1_5 encryption (RFC 8017 §7.2.1). */
export function encryptPkcs1(key: RsaPublicKey, message: Uint8Array, randomBytes: RandomBytes): Uint8Array {
  const padding = nonZeroBytes(key.length - message.length - 3, randomBytes)
  const encoded = concat(Uint8Array.of(0, 2), padding, Uint8Array.of(0), message)
  const encrypted = fromBigInt(powerPublic(toBigInt(encoded), key.e, key.n), key.length)
  encoded.fill(0)
  return encrypted
}
