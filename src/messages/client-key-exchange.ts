import { type Codec, named, opaque, rest, struct } from '../codec/codec.js'

/**
 * ClientKeyExchange (RFC 5246 §7.4.7). As in ServerKeyExchange the cipher suite decides the grammar, so the message
 * decodes to its whole body, and one of the three codecs below reads that.
 */
export interface ClientKeyExchange {
  readonly body: Uint8Array
}

export const ClientKeyExchange: Codec<ClientKeyExchange> = struct<ClientKeyExchange>('ClientKeyExchange', {
  body: rest,
})

/**
 * EncryptedPreMasterSecret, for RSA key transport (RFC 5246 §7.4.7.1).
 *
 *     +---+-----------------------------+
 *     | n | encrypted_pre_master_secret |
 *     | 2 |          0..2^16-1          |
 *     +---+-----------------------------+
 */
export interface EncryptedPreMasterSecret {
  readonly encryptedPreMasterSecret: Uint8Array
}

export const EncryptedPreMasterSecret: Codec<EncryptedPreMasterSecret> = struct<EncryptedPreMasterSecret>(
  'EncryptedPreMasterSecret',
  { encryptedPreMasterSecret: opaque(0, 0xffff) },
)

/**
 * ClientDiffieHellmanPublic (RFC 5246 §7.4.7.2), always explicit: the implicit form belongs to certificates with a
 * Diffie-Hellman key, which nobody issues.
 *
 *     +---+------------+
 *     | n |   dh_Yc    |
 *     | 2 | 1..2^16-1  |
 *     +---+------------+
 */
export interface ClientDiffieHellmanPublic {
  readonly dhYc: Uint8Array
}

export const ClientDiffieHellmanPublic: Codec<ClientDiffieHellmanPublic> = struct<ClientDiffieHellmanPublic>(
  'ClientDiffieHellmanPublic',
  { dhYc: opaque(1, 0xffff) },
)

/**
 * ClientECDiffieHellmanPublic (RFC 8422 §5.7), always explicit for the same reason.
 *
 *     +---+-----------+
 *     | n |  ecdh_Yc  |
 *     | 1 | 1..2^8-1  |
 *     +---+-----------+
 */
export interface ClientECDiffieHellmanPublic {
  readonly ecdhYc: Uint8Array
}

export const ClientECDiffieHellmanPublic: Codec<ClientECDiffieHellmanPublic> = struct<ClientECDiffieHellmanPublic>(
  'ClientECDiffieHellmanPublic',
  { ecdhYc: named('ECPoint', opaque(1, 0xff)) },
)
