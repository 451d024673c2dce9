import { concat } from '../../bytes/convert.js'
import { DerTag, enterDer, readDerUnsigned, writeDer, writeDerUnsigned } from '../../codec/der.js'
import type { EcdsaCurve } from '../../crypto/key-types.js'
import { coordinateLength } from '../../crypto/public-key-contents.js'

function padded(magnitude: Uint8Array, length: number): Uint8Array {
  if (magnitude.length > length) throw new RangeError('a number of an ECDSA signature is longer than its curve')
  const octets = new Uint8Array(length)
  octets.set(magnitude, length - magnitude.length)
  return octets
}

/**
 * r || s of a DER ECDSA-Sig-Value (RFC 8422 §5.4): what WebCrypto verifies. Throws for anything that is not strict DER,
 * for anything after it, and for numbers that are negative or too long.
 */
export function rawEcdsaSignature(curve: EcdsaCurve, der: Uint8Array): Uint8Array {
  const reader = enterDer(der, DerTag.sequence)
  const [r, s] = [readDerUnsigned(reader), readDerUnsigned(reader)]
  reader.finish('ECDSA-Sig-Value')
  return concat(padded(r, coordinateLength[curve]), padded(s, coordinateLength[curve]))
}

/** The DER ECDSA-Sig-Value of r || s, which WebCrypto signs with. Throws `RangeError` for other octets. */
export function derEcdsaSignature(curve: EcdsaCurve, raw: Uint8Array): Uint8Array {
  const length = coordinateLength[curve]
  if (raw.length !== 2 * length) throw new RangeError(`an ECDSA signature of ${raw.length} octets on ${curve}`)
  return writeDer(DerTag.sequence, writeDerUnsigned(raw.subarray(0, length)), writeDerUnsigned(raw.subarray(length)))
}
