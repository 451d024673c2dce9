import { type Codec, named, numberVector } from '../../codec/codec.js'
import { protocolVersion } from '../fields.js'

/**
 * extension_data of supported_versions in a ClientHello: what the client speaks, the preferred version first. It takes the
 * place of client_version wherever it stands (RFC 8446 §4.2.1).
 *
 *     +---+----------+
 *     | n | versions |
 *     | 1 |  2..254  |
 *     +---+----------+
 */
export type ProtocolVersionList = readonly number[]

export const ProtocolVersionList: Codec<ProtocolVersionList> = named(
  'ProtocolVersionList',
  numberVector(protocolVersion, 2, 254),
)
