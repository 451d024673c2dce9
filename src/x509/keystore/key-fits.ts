import { publicEqual } from '../../bytes/equal.js'
import { MalformedError } from '../../bytes/reader.js'
import { DerTag, enterDer, readDerUnsigned } from '../../codec/der.js'
import {
  type PrivateKeyInfo,
  readEcPrivateKey,
  readPrivateKeyInfo,
  readRsaPrivateKey,
} from '../../crypto/private-key-info.js'
import { readSubjectPublicKeyInfo, subjectPublicKey } from '../../crypto/subject-public-key-info.js'

/** Whether an RSAPrivateKey has the modulus of an RSAPublicKey. */
function sameModulus(privateKey: Uint8Array, publicKey: Uint8Array): boolean {
  return publicEqual(readRsaPrivateKey(privateKey).modulus, readDerUnsigned(enterDer(publicKey, DerTag.sequence)))
}

/** The public key that a private key of a curve brings along; many do not. */
const ownPublicKey = ({ keyType, privateKey, publicKey }: PrivateKeyInfo): Uint8Array | undefined =>
  publicKey ?? (keyType === 'ecdsa' ? readEcPrivateKey(privateKey).publicKey : undefined)

const isRsa = (keyType: string): boolean => keyType.startsWith('rsa')

function compare(privateKeyInfo: Uint8Array, subjectPublicKeyInfo: Uint8Array): boolean | undefined {
  const own = readPrivateKeyInfo(privateKeyInfo)
  const other = readSubjectPublicKeyInfo(subjectPublicKeyInfo)
  const publicKey = subjectPublicKey(subjectPublicKeyInfo)
  if (isRsa(own.keyType) && isRsa(other.keyType)) return sameModulus(own.privateKey, publicKey)
  if (own.keyType !== other.keyType || (own.curve !== undefined && own.curve !== other.curve)) return false
  const ownPublic = ownPublicKey(own)
  // one of two points may be compressed, which says nothing about whether they are equal
  return ownPublic === undefined || ownPublic.length !== publicKey.length
    ? undefined
    : publicEqual(ownPublic, publicKey)
}

/**
 * Whether a DER PrivateKeyInfo is the other half of a DER SubjectPublicKeyInfo, as far as the encodings alone say;
 * `undefined` where they do not. `checkKeyMatches` finds out by signing.
 */
export function keyFits(privateKeyInfo: Uint8Array, subjectPublicKeyInfo: Uint8Array): boolean | undefined {
  try {
    return compare(privateKeyInfo, subjectPublicKeyInfo)
  } catch (error) {
    if (error instanceof TypeError || error instanceof MalformedError) return undefined
    throw error
  }
}
