import type { Codec } from '../codec/codec.js'
import { type Empty, emptyStruct } from './fields.js'

/** HelloRequest (RFC 5246 §7.4.1.1): no bytes at all, and no part of any transcript. */
export type HelloRequest = Empty

export const HelloRequest: Codec<HelloRequest> = emptyStruct('HelloRequest')
