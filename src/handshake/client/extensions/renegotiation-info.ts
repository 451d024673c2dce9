import { decode, encode } from '../../../codec/codec.js'
import { RenegotiationInfo } from '../../../messages/extensions/renegotiation-info.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { refuse } from '../../fault.js'
import { type ClientExtension, empty } from './client-extension.js'

/** renegotiation_info of a first handshake (RFC 5746 §3.4). */
export const renegotiationInfo: ClientExtension = {
  type: ExtensionType.renegotiation_info,
  offer: () => encode(RenegotiationInfo, { renegotiatedConnection: empty }),
  accept: (data) => {
    const { renegotiatedConnection } = decode(RenegotiationInfo, data)
    if (renegotiatedConnection.length > 0) {
      refuse('renegotiation_info_mismatch', 'the first handshake of a connection renegotiates nothing')
    }
    return { secureRenegotiation: true }
  },
}
