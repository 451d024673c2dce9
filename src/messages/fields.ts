import { type NumberCodec, named, opaqueFixed, struct, uint8, uint16 } from '../codec/codec.js'
import { registered } from '../codec/numbers.js'
import { CipherSuite } from '../registry/cipher-suite.js'
import { CompressionMethod } from '../registry/compression-method.js'
import { NamedGroup } from '../registry/named-group.js'
import { ProtocolVersion } from '../registry/protocol-version.js'
import { SignatureScheme } from '../registry/signature-scheme.js'

/** Fields that several structs share. */
export const protocolVersion: NumberCodec = registered('ProtocolVersion', uint16, ProtocolVersion)
export const cipherSuite: NumberCodec = registered('CipherSuite', uint16, CipherSuite)
export const compressionMethod: NumberCodec = registered('CompressionMethod', uint8, CompressionMethod)
export const namedGroup: NumberCodec = registered('NamedGroup', uint16, NamedGroup)
export const signatureScheme: NumberCodec = registered('SignatureAndHashAlgorithm', uint16, SignatureScheme)

/**
 * gmt_unix_time and random_bytes as one piece of 32 bytes. Hardly anyone still fills in the time of day, and nothing
 * may depend on it (RFC 5246 §7.4.1.2).
 */
export const random = named('Random', opaqueFixed(32))

/** A struct or an extension without content. */
export type Empty = Readonly<Record<string, never>>

export const emptyStruct = (name: string) => struct<Empty>(name, {})

/** Printable ASCII in quotes, every other byte escaped, so that a peer's name cannot steer a terminal. */
export function quoteBytes(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `"${text}"`
}
