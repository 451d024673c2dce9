import { concat, fromBigInt, toBigInt } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import { hashLength } from '../../crypto/primitives.js'
import type { RsaPublicKey } from '../../crypto/rsa-key.js'
import { checkPssFits, type PssHash } from '../../crypto/scheme-parameters.js'
import { powerPublic, type RandomBytes } from './big-math.js'
import { hash } from './hashes.js'
import type { RsaPrivateOperation } from './rsa-private-operation.js'

const TRAILER = 0xbc
const ZEROS = new Uint8Array(8)

/** XORs `block` with MGF1 of `seed` (RFC 8017 Appendix B.2.1). */
function maskInPlace(block: Uint8Array, name: PssHash, seed: Uint8Array): void {
  const step = hashLength[name]
  for (let at = 0, counter = 0; at < block.length; at += step, counter++) {
    const mask = hash(name, seed, Uint8Array.of(0, 0, counter >>> 8, counter))
    for (let i = at; i < Math.min(at + step, block.length); i++) block[i] = (block[i] ?? 0) ^ (mask[i - at] ?? 0)
  }
}

interface Layout {
  readonly encodedLength: number
  readonly blockLength: number
  readonly saltLength: number
  /** The bits of the first octet that a number below the modulus may have. */
  readonly firstOctetMask: number
}

/**
 * Where the parts of an encoded message lie. It has one bit less than the modulus, and so one octet less where that
 * leaves 8k bits. TLS fixes the salt's length to the hash's (RFC 8446 §4.2.3).
 */
function layout(key: RsaPublicKey, name: PssHash): Layout {
  const encodedBits = key.bits - 1
  const encodedLength = Math.ceil(encodedBits / 8)
  const saltLength = hashLength[name]
  const blockLength = encodedLength - hashLength[name] - 1
  return { encodedLength, blockLength, saltLength, firstOctetMask: 0xff >>> (8 * encodedLength - encodedBits) }
}

/** EMSA-PSS (RFC 8017 §9.1.1). */
function encode(place: Layout, name: PssHash, content: Uint8Array, salt: Uint8Array): Uint8Array {
  const h = hash(name, ZEROS, hash(name, content), salt)
  const block = new Uint8Array(place.blockLength)
  block[place.blockLength - place.saltLength - 1] = 1
  block.set(salt, place.blockLength - place.saltLength)
  maskInPlace(block, name, h)
  block[0] = (block[0] ?? 0) & place.firstOctetMask
  return concat(block, h, Uint8Array.of(TRAILER))
}

/** RSASSA-PSS with a salt as long as the hash (RFC 8017 §8.1.1). Throws `TypeError` for a key too short for the hash. */
export function signPss(
  key: RsaPublicKey,
  operation: RsaPrivateOperation,
  name: PssHash,
  content: Uint8Array,
  randomBytes: RandomBytes,
): Uint8Array {
  checkPssFits(key.bits, name)
  const place = layout(key, name)
  const encoded = encode(place, name, content, randomBytes(place.saltLength))
  return fromBigInt(operation(toBigInt(encoded)), key.length)
}

/**
 * RSASSA-PSS verification (RFC 8017 §8.1.2). The salt is taken from where it must lie and the one encoding that has it
 * is made and compared whole, so that every fixed octet is checked without being looked at by itself. Throws `TypeError`
 * for a key too short for the hash.
 */
export function verifyPss(key: RsaPublicKey, name: PssHash, content: Uint8Array, signature: Uint8Array): boolean {
  checkPssFits(key.bits, name)
  const place = layout(key, name)
  const s = toBigInt(signature)
  if (signature.length !== key.length || s >= key.n) return false
  const representative = fromBigInt(powerPublic(s, key.e, key.n), key.length)
  const extra = key.length - place.encodedLength
  if (extra === 1 && representative[0] !== 0) return false
  const encoded = representative.subarray(extra)
  const block = encoded.slice(0, place.blockLength)
  maskInPlace(block, name, encoded.subarray(place.blockLength, -1))
  const salt = block.subarray(place.blockLength - place.saltLength)
  return publicEqual(encode(place, name, content, salt), encoded)
}
