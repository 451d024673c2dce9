import type { Codec } from '../../codec/codec.js'
import { type Empty, emptyStruct } from '../fields.js'

/** extension_data of extended_master_secret, in both hellos (RFC 7627 §5.1): empty. */
export type ExtendedMasterSecret = Empty

export const ExtendedMasterSecret: Codec<ExtendedMasterSecret> = emptyStruct('ExtendedMasterSecret')
