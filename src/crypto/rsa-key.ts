import { toBigInt } from '../bytes/convert.js'
import { DerTag, enterDer, readDerUnsigned } from '../codec/der.js'
import { bitLength } from './bit-length.js'
import { readRsaPrivateKey } from './private-key-info.js'

export interface RsaPublicKey {
  readonly n: bigint
  readonly e: bigint
  readonly bits: number
  /** Octets of the modulus: the length of every signature and ciphertext. */
  readonly length: number
}

/** A private key of two primes, in the names of RFC 8017 §3.2. Never leaves the closures of a `PrivateKey`. */
export interface RsaPrivateKey extends RsaPublicKey {
  readonly p: bigint
  readonly q: bigint
  readonly dP: bigint
  readonly dQ: bigint
  readonly qInv: bigint
}

const MINIMUM_BITS = 1024
/** The work of a verification grows with the square of the modulus and the length of the exponent: both are capped. */
const MAXIMUM_BITS = 8192
const MAXIMUM_EXPONENT = 1n << 33n

/** Throws `TypeError` for numbers that are no RSA public key, or one whose use would cost more than any real key's. */
function rsaPublicKey(n: bigint, e: bigint): RsaPublicKey {
  const bits = bitLength(n)
  if (bits < MINIMUM_BITS || bits > MAXIMUM_BITS) {
    throw new TypeError(`RSA key of ${bits} bits, usable are ${MINIMUM_BITS} to ${MAXIMUM_BITS}`)
  }
  if ((n & 1n) === 0n) throw new TypeError('RSA modulus is even')
  if (e < 3n || e > MAXIMUM_EXPONENT || (e & 1n) === 0n) {
    throw new TypeError('RSA public exponent is not an odd number from 3 to 2^33')
  }
  return { n, e, bits, length: Math.ceil(bits / 8) }
}

/** Reads an RSAPublicKey (RFC 8017 Appendix A.1.1). Throws where it is malformed or unusable. */
export function readRsaPublicKey(der: Uint8Array): RsaPublicKey {
  const reader = enterDer(der, DerTag.sequence)
  const modulus = readDerUnsigned(reader)
  const exponent = readDerUnsigned(reader)
  reader.finish('RSAPublicKey')
  return rsaPublicKey(toBigInt(modulus), toBigInt(exponent))
}

/**
 * Reads an RSAPrivateKey and checks that its numbers belong together, so that a damaged file is refused here and not in
 * a handshake. Throws `TypeError`.
 */
export function importRsaPrivateKey(der: Uint8Array): RsaPrivateKey {
  const fields = readRsaPrivateKey(der)
  const key = rsaPublicKey(toBigInt(fields.modulus), toBigInt(fields.publicExponent))
  const [p, q] = [toBigInt(fields.prime1), toBigInt(fields.prime2)]
  const [dP, dQ] = [toBigInt(fields.exponent1), toBigInt(fields.exponent2)]
  const [d, qInv] = [toBigInt(fields.privateExponent), toBigInt(fields.coefficient)]
  const consistent =
    p > 1n &&
    q > 1n &&
    p * q === key.n &&
    dP < p &&
    dQ < q &&
    qInv < p &&
    (key.e * dP) % (p - 1n) === 1n &&
    (key.e * dQ) % (q - 1n) === 1n &&
    d % (p - 1n) === dP &&
    d % (q - 1n) === dQ &&
    (qInv * q) % p === 1n
  if (!consistent) throw new TypeError('the numbers of the RSA private key do not belong together')
  return { ...key, p, q, dP, dQ, qInv }
}
