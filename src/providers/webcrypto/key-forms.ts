/** Keys in the few forms that every WebCrypto reads. */
import { concat, fromBigInt, fromHex } from '../../bytes/convert.js'
import { DerTag, writeDer, writeDerUnsigned } from '../../codec/der.js'
import { bitLength } from '../../crypto/bit-length.js'
import { type PrivateKeyInfo, readCurvePrivateKey } from '../../crypto/private-key-info.js'

const RSA_ENCRYPTION = fromHex('300d06092a864886f70d0101010500')
const EC_PUBLIC_KEY = fromHex('06072a8648ce3d0201')
const ED25519 = fromHex('300506032b6570')
const VERSION_0 = fromHex('020100')

const integer = (value: bigint): Uint8Array => writeDerUnsigned(fromBigInt(value, Math.ceil(bitLength(value) / 8)))

/** A SubjectPublicKeyInfo of plain RSA: WebCrypto does not read those of `rsa-pss` keys. */
export function rsaPublicKeyInfo({ n, e }: { readonly n: bigint; readonly e: bigint }): Uint8Array {
  const octets = writeDer(DerTag.sequence, integer(n), integer(e))
  return writeDer(DerTag.sequence, RSA_ENCRYPTION, writeDer(DerTag.bitString, Uint8Array.of(0), octets))
}

function algorithmOf({ keyType, parameters }: PrivateKeyInfo): Uint8Array | undefined {
  if (keyType === 'rsa' || keyType === 'rsa-pss') return RSA_ENCRYPTION
  if (keyType === 'ed25519') return ED25519
  return keyType === 'ecdsa' && parameters !== undefined
    ? writeDer(DerTag.sequence, concat(EC_PUBLIC_KEY, parameters))
    : undefined
}

/**
 * A PrivateKeyInfo of version 1 with nothing in it that could be left out, or `undefined` for a kind of key that
 * WebCrypto does not have. Many runtimes read neither attributes nor public keys beside the private one, and none the
 * identifier of `rsa-pss`.
 */
export function plainPrivateKeyInfo(info: PrivateKeyInfo): Uint8Array | undefined {
  const algorithm = algorithmOf(info)
  if (algorithm === undefined) return undefined
  const octets =
    info.keyType === 'ed25519' ? writeDer(DerTag.octetString, readCurvePrivateKey(info.privateKey)) : info.privateKey
  return writeDer(DerTag.sequence, VERSION_0, algorithm, writeDer(DerTag.octetString, octets))
}
