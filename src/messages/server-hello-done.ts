import type { Codec } from '../codec/codec.js'
import { type Empty, emptyStruct } from './fields.js'

/** ServerHelloDone (RFC 5246 §7.4.5): no bytes at all; that it came is all it says. */
export type ServerHelloDone = Empty

export const ServerHelloDone: Codec<ServerHelloDone> = emptyStruct('ServerHelloDone')
