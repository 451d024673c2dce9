import { type Codec, opaque, rest, struct } from '../codec/codec.js'

/*
 * The key exchange messages of the PSK suites (RFC 4279 §2 to RFC 4279 §4, RFC 5489 §2): each is one field about the key,
 * followed by what the plain key exchange of the same name has there. So one prefix serves all four.
 */

/**
 * ServerKeyExchange of a PSK suite. `params` are ServerDHParams, ServerECDHParams or nothing, and unsigned: the key that
 * both sides share vouches for them, through Finished.
 *
 *     +---+-------------------+----------+
 *     | n | psk_identity_hint |  params  |
 *     | 2 |     0..2^16-1     |          |
 *     +---+-------------------+----------+
 */
export interface ServerPskParams<Params = Uint8Array> {
  readonly pskIdentityHint: Uint8Array
  readonly params: Params
}

/** The whole message where the key exchange, and so the form of its params, is known. */
export const serverPskParams = <Params>(params: Codec<Params>): Codec<ServerPskParams<Params>> =>
  struct<ServerPskParams<Params>>('ServerKeyExchange', { pskIdentityHint: opaque(0, 0xffff), params })

export const ServerPskParams: Codec<ServerPskParams> = serverPskParams(rest)

/**
 * ClientKeyExchange of a PSK suite. `exchangeKeys` are ClientDiffieHellmanPublic, ClientECDiffieHellmanPublic,
 * EncryptedPreMasterSecret or nothing.
 *
 *     +---+--------------+---------------+
 *     | n | psk_identity | exchange_keys |
 *     | 2 |  0..2^16-1   |               |
 *     +---+--------------+---------------+
 */
export interface ClientPskIdentity<ExchangeKeys = Uint8Array> {
  readonly pskIdentity: Uint8Array
  readonly exchangeKeys: ExchangeKeys
}

export const clientPskIdentity = <ExchangeKeys>(
  exchangeKeys: Codec<ExchangeKeys>,
): Codec<ClientPskIdentity<ExchangeKeys>> =>
  struct<ClientPskIdentity<ExchangeKeys>>('ClientKeyExchange', { pskIdentity: opaque(0, 0xffff), exchangeKeys })

export const ClientPskIdentity: Codec<ClientPskIdentity> = clientPskIdentity(rest)
