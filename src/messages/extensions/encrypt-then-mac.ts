import type { Codec } from '../../codec/codec.js'
import { type Empty, emptyStruct } from '../fields.js'

/** extension_data of encrypt_then_mac, in both hellos (RFC 7366 §2): empty. */
export type EncryptThenMac = Empty

export const EncryptThenMac: Codec<EncryptThenMac> = emptyStruct('EncryptThenMac')
