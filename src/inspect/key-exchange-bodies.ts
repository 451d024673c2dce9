import { Reader } from '../bytes/reader.js'
import { decode } from '../codec/codec.js'
import type { SuiteParameters } from '../crypto/suite-parameters.js'
import { isEphemeral, isKeyTransport, usesCurves, usesPsk } from '../handshake/negotiation.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../messages/client-key-exchange.js'
import { DigitallySigned } from '../messages/digitally-signed.js'
import { ClientPskIdentity, ServerPskParams } from '../messages/pre-shared-key.js'
import {
  ServerDHParams,
  type ServerDhParams,
  ServerECDHParams,
  type ServerEcdhParams,
} from '../messages/server-key-exchange.js'

/*
 * The two messages whose grammar the cipher suite decides, read in one way for every key exchange (RFC 5246 §7.4.3,
 * RFC 5246 §7.4.7, RFC 4279 §2, RFC 5489 §2).
 */

export type ServerShareParams =
  | { readonly kind: 'dh'; readonly params: ServerDhParams }
  | { readonly kind: 'ecdh'; readonly params: ServerEcdhParams }

export interface ServerKeyExchangeBody {
  /** Under the PSK suites, empty where the server gives none. */
  readonly hint: Uint8Array | undefined
  readonly share: ServerShareParams | undefined
  /** What is signed besides the randoms, and the signature: the PSK suites have none. */
  readonly signed: { readonly params: Uint8Array; readonly signature: DigitallySigned } | undefined
}

/** Throws `MalformedError` for a body that does not fit the suite, such as any under plain RSA. */
export function readServerKeyExchange({ keyExchange }: SuiteParameters, body: Uint8Array): ServerKeyExchangeBody {
  const psk = usesPsk(keyExchange) ? decode(ServerPskParams, body) : undefined
  const reader = new Reader(psk?.params ?? body)
  const share = isEphemeral(keyExchange) ? readShare(usesCurves(keyExchange), reader) : undefined
  const params = reader.bytes.subarray(0, reader.position)
  const signed = psk === undefined ? { params, signature: DigitallySigned.read(reader) } : undefined
  reader.finish('ServerKeyExchange')
  return { hint: psk?.pskIdentityHint, share, signed }
}

const readShare = (onCurve: boolean, reader: Reader): ServerShareParams =>
  onCurve
    ? { kind: 'ecdh', params: ServerECDHParams.read(reader) }
    : { kind: 'dh', params: ServerDHParams.read(reader) }

export interface ClientKeyExchangeBody {
  /** The name of the key, under the PSK suites. */
  readonly pskIdentity: Uint8Array | undefined
  /** The public value or the encrypted secret; empty under plain PSK, which exchanges neither. */
  readonly exchanged: Uint8Array
}

/** Throws `MalformedError` for a body that does not fit the suite. */
export function readClientKeyExchange({ keyExchange }: SuiteParameters, body: Uint8Array): ClientKeyExchangeBody {
  if (!usesPsk(keyExchange)) return { pskIdentity: undefined, exchanged: readExchanged(keyExchange, body) }
  const { pskIdentity, exchangeKeys } = decode(ClientPskIdentity, body)
  return { pskIdentity, exchanged: readExchanged(keyExchange, exchangeKeys) }
}

function readExchanged(keyExchange: SuiteParameters['keyExchange'], body: Uint8Array): Uint8Array {
  if (isKeyTransport(keyExchange)) return decode(EncryptedPreMasterSecret, body).encryptedPreMasterSecret
  if (usesCurves(keyExchange)) return decode(ClientECDiffieHellmanPublic, body).ecdhYc
  return isEphemeral(keyExchange) ? decode(ClientDiffieHellmanPublic, body).dhYc : body
}
