import { Reader } from '../bytes/reader.js'
import { Writer } from '../bytes/writer.js'
import { type Codec, named, opaque, rest, struct, uint8 } from '../codec/codec.js'
import { only, registered } from '../codec/numbers.js'
import { ECCurveType } from '../registry/ec-curve-type.js'
import { DigitallySigned } from './digitally-signed.js'
import { namedGroup } from './fields.js'

export { DigitallySigned }

/**
 * ServerKeyExchange (RFC 5246 §7.4.3). Nothing in the bytes says which grammar they follow; the chosen cipher suite
 * does. So the message decodes to its whole body, and `decodeServerKeyExchange` reads that once the suite is known.
 */
export interface ServerKeyExchange {
  readonly body: Uint8Array
}

export const ServerKeyExchange: Codec<ServerKeyExchange> = struct<ServerKeyExchange>('ServerKeyExchange', {
  body: rest,
})

/**
 * ServerECDHParams (RFC 8422 §5.4). Of the curve types only named_curve is left; the others are refused.
 *
 *     +------------+-------------+---+-----------+
 *     | curve_type | named_curve | n |   public  |
 *     |   1 (= 3)  |      2      | 1 | 1..2^8-1  |
 *     +------------+-------------+---+-----------+
 */
export interface ServerEcdhParams {
  readonly curveType: number
  readonly namedCurve: number
  readonly publicKey: Uint8Array
}

export const ServerECDHParams: Codec<ServerEcdhParams> = struct<ServerEcdhParams>('ServerECDHParams', {
  curveType: only(registered('ECCurveType', uint8, ECCurveType), ECCurveType.named_curve),
  namedCurve: namedGroup,
  publicKey: named('ECPoint', opaque(1, 0xff)),
})

/**
 * ServerDHParams (RFC 5246 §7.4.3).
 *
 *     +---+------------+---+------------+---+------------+
 *     | n |    dh_p    | n |    dh_g    | n |   dh_Ys    |
 *     | 2 | 1..2^16-1  | 2 | 1..2^16-1  | 2 | 1..2^16-1  |
 *     +---+------------+---+------------+---+------------+
 */
export interface ServerDhParams {
  readonly dhP: Uint8Array
  readonly dhG: Uint8Array
  readonly dhYs: Uint8Array
}

export const ServerDHParams: Codec<ServerDhParams> = struct<ServerDhParams>('ServerDHParams', {
  dhP: opaque(1, 0xffff),
  dhG: opaque(1, 0xffff),
  dhYs: opaque(1, 0xffff),
})

/** Parameters and the signature over both randoms and them: the body under ECDHE_ECDSA and ECDHE_RSA. */
export interface SignedEcdhParams {
  readonly params: ServerEcdhParams
  readonly signature: DigitallySigned
}

export const SignedEcdhParams: Codec<SignedEcdhParams> = struct<SignedEcdhParams>('ServerKeyExchange', {
  params: ServerECDHParams,
  signature: DigitallySigned,
})

/** The same under DHE_RSA. */
export interface SignedDhParams {
  readonly params: ServerDhParams
  readonly signature: DigitallySigned
}

export const SignedDhParams: Codec<SignedDhParams> = struct<SignedDhParams>('ServerKeyExchange', {
  params: ServerDHParams,
  signature: DigitallySigned,
})

interface Signed {
  /** The parameters as they stood on the wire, a view: the signature is checked over these, never over a re-encoding. */
  readonly signedParams: Uint8Array
  readonly signature: DigitallySigned
}

export interface EcdhServerKeyExchange extends Signed {
  readonly kind: 'ecdh'
  readonly params: ServerEcdhParams
}

export interface DhServerKeyExchange extends Signed {
  readonly kind: 'dh'
  readonly params: ServerDhParams
}

/** Reads the body of a ServerKeyExchange. Throws `MalformedError`, for bytes left over and other curve types as well. */
export function decodeServerKeyExchange(kind: 'ecdh', body: Uint8Array): EcdhServerKeyExchange
export function decodeServerKeyExchange(kind: 'dh', body: Uint8Array): DhServerKeyExchange
export function decodeServerKeyExchange(
  kind: 'ecdh' | 'dh',
  body: Uint8Array,
): EcdhServerKeyExchange | DhServerKeyExchange
export function decodeServerKeyExchange(
  kind: 'ecdh' | 'dh',
  body: Uint8Array,
): EcdhServerKeyExchange | DhServerKeyExchange {
  const reader = new Reader(body)
  return kind === 'ecdh'
    ? { kind, params: ServerECDHParams.read(reader), ...readSigned(reader) }
    : { kind, params: ServerDHParams.read(reader), ...readSigned(reader) }
}

function readSigned(reader: Reader): Signed {
  const signedParams = reader.bytes.subarray(0, reader.position)
  const signature = DigitallySigned.read(reader)
  reader.finish('ServerKeyExchange')
  return { signedParams, signature }
}

/** The body of a ServerKeyExchange. Throws `RangeError` for values that their fields cannot hold. */
export function encodeServerKeyExchange(kind: 'ecdh', params: ServerEcdhParams, signature: DigitallySigned): Uint8Array
export function encodeServerKeyExchange(kind: 'dh', params: ServerDhParams, signature: DigitallySigned): Uint8Array
export function encodeServerKeyExchange(
  ...[kind, params, signature]: ['ecdh', ServerEcdhParams, DigitallySigned] | ['dh', ServerDhParams, DigitallySigned]
): Uint8Array {
  const writer = new Writer()
  if (kind === 'ecdh') ServerECDHParams.write(writer, params)
  else ServerDHParams.write(writer, params)
  DigitallySigned.write(writer, signature)
  return writer.bytes()
}
