import {
  checkPrime,
  createDiffieHellman,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  type KeyObject,
} from 'node:crypto'
import { fromBigInt, fromHex, toBigInt } from '../../bytes/convert.js'
import { Reader } from '../../bytes/reader.js'
import { Secret } from '../../bytes/secret.js'
import { DerTag, readDerUnsigned, writeDer, writeDerUnsigned } from '../../codec/der.js'
import { bitLength } from '../../crypto/bit-length.js'
import type { FiniteFieldGroup } from '../../crypto/finite-field-groups.js'
import {
  isUsableElement,
  isWorthProving,
  type UsableFiniteField,
  usableFiniteField,
} from '../../crypto/finite-field-policy.js'
import type { MaybePromise } from '../../crypto/maybe-promise.js'
import type { DhParameters, KeyShare } from '../../crypto/provider.js'
import { subjectPublicKey } from '../../crypto/subject-public-key-info.js'
import { asBuffer, plain, randomBytes } from './bytes.js'

/** A private key of a group, whichever way OpenSSL holds it. */
interface PrivateHalf {
  readonly publicKey: Uint8Array
  /** g ^ xy for a value that is in range; may throw where the result is trivial. */
  power(peer: bigint): Uint8Array
}

/**
 * A private key in a group that OpenSSL knows by value too, of the length it chooses for it (RFC 7919 §5.2). For any
 * other group this interface would first test p and (p - 1) / 2 for being prime, whoever asks: 0.2 s at 2048 bits, 3 s
 * at 4096.
 */
function knownPrivateHalf({ p, g }: FiniteFieldGroup): PrivateHalf {
  const own = createDiffieHellman(p, g)
  return {
    publicKey: plain(own.generateKeys()),
    power: (peer) => plain(own.computeSecret(fromBigInt(peer, p.length))),
  }
}

/** dhKeyAgreement of PKCS #3, 1.2.840.113549.1.3.1 */
const DH_KEY_AGREEMENT = fromHex('06092a864886f70d010301')
const VERSION_0 = fromHex('020100')

const integer = (value: bigint): Uint8Array => writeDerUnsigned(fromBigInt(value, Math.ceil(bitLength(value) / 8)))

/** A random exponent of exactly that many bits, as big-endian octets. */
function randomExponent(bits: number): Uint8Array {
  const exponent = randomBytes(Math.ceil(bits / 8))
  const top = (bits - 1) % 8
  exponent[0] = ((exponent[0] ?? 0) & (0xff >>> (7 - top))) | (1 << top)
  return exponent
}

/** A private key in any other group, by way of its encodings, which are read without tests of primality. */
function otherPrivateHalf({ p, g, length, exponentBits }: UsableFiniteField): PrivateHalf {
  const parameters = writeDer(DerTag.sequence, integer(p), integer(g))
  const algorithm = writeDer(DerTag.sequence, DH_KEY_AGREEMENT, parameters)
  const exponent = randomExponent(exponentBits)
  const inner = writeDerUnsigned(exponent)
  const info = writeDer(DerTag.sequence, VERSION_0, algorithm, writeDer(DerTag.octetString, inner))
  const privateKey = createPrivateKey({ key: asBuffer(info), format: 'der', type: 'pkcs8' })
  for (const octets of [exponent, inner, info]) octets.fill(0)
  const read = (peer: bigint): KeyObject => {
    const bits = writeDer(DerTag.bitString, Uint8Array.of(0), integer(peer))
    const spki = writeDer(DerTag.sequence, algorithm, bits)
    return createPublicKey({ key: asBuffer(spki), format: 'der', type: 'spki' })
  }
  const spki = plain(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }))
  const y = toBigInt(readDerUnsigned(new Reader(subjectPublicKey(spki))))
  return {
    publicKey: fromBigInt(y, length),
    power: (peer) => plain(diffieHellman({ privateKey, publicKey: read(peer) })),
  }
}

function withoutLeadingZeros(bytes: Uint8Array): Uint8Array {
  let start = 0
  while (bytes[start] === 0) start++
  return bytes.subarray(start)
}

/** Z without its leading zeros (RFC 5246 §8.1.2), or `undefined` for a peer's value that gives the secret away. */
function agree(group: UsableFiniteField, own: PrivateHalf, peer: Uint8Array): Secret | undefined {
  const y = toBigInt(peer)
  if (!isUsableElement(group.p, y)) return undefined
  try {
    const z = withoutLeadingZeros(own.power(y))
    // y generates a tiny subgroup: impossible where p is a safe prime
    return isUsableElement(group.p, toBigInt(z)) ? new Secret(z) : undefined
  } catch {
    return undefined
  }
}

function keyShare(group: UsableFiniteField): KeyShare {
  const own = group.known === undefined ? otherPrivateHalf(group) : knownPrivateHalf(group.known)
  return { publicKey: own.publicKey, agree: (peer) => agree(group, own, peer) }
}

const isPrime = (candidate: bigint): Promise<boolean> =>
  new Promise((resolve, reject) => {
    checkPrime(candidate, (error, prime) => (error ? reject(error) : resolve(prime)))
  })

/** True where p and (p - 1) / 2 are prime, tested with random bases outside the event loop: 0.2 s at 2048 bits. */
const isSafePrime = async (p: bigint): Promise<boolean> =>
  isWorthProving(p) && (await isPrime(p >> 1n)) && (await isPrime(p))

/**
 * A fresh Diffie–Hellman key pair, or `undefined` where the parameters are not acceptable: at once, or as a promise
 * where they have to be proved.
 */
export function finiteFieldKeyShare(parameters: DhParameters, provePrime: boolean): MaybePromise<KeyShare | undefined> {
  const group = usableFiniteField(parameters)
  if (group === undefined) return undefined
  if (!provePrime || group.known !== undefined) return keyShare(group)
  return isSafePrime(group.p).then((safe) => (safe ? keyShare(group) : undefined))
}
