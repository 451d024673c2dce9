import { concat } from '../../../bytes/convert.js'
import { constantTimeEqual } from '../../../bytes/equal.js'
import { decode, encode } from '../../../codec/codec.js'
import { RenegotiationInfo } from '../../../messages/extensions/renegotiation-info.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { refuse } from '../../fault.js'
import { type ClientExtension, empty } from './client-extension.js'

/**
 * renegotiation_info: empty in the first handshake of a connection, afterwards our last verify_data, to which the server
 * must add its own (RFC 5746 §3.4, RFC 5746 §3.5). Anything else means that somebody stands between us, and sent what one
 * of us believes the other to have sent.
 */
export const renegotiationInfo: ClientExtension = {
  type: ExtensionType.renegotiation_info,
  offer: ({ renegotiated }) =>
    encode(RenegotiationInfo, { renegotiatedConnection: renegotiated?.clientVerifyData ?? empty }),
  accept: (data, { renegotiated }) => {
    const { renegotiatedConnection } = decode(RenegotiationInfo, data)
    const expected =
      renegotiated === undefined ? empty : concat(renegotiated.clientVerifyData, renegotiated.serverVerifyData)
    if (!constantTimeEqual(expected, renegotiatedConnection)) {
      const what = renegotiated === undefined ? 'a new connection' : 'this connection'
      refuse('renegotiation_info_mismatch', `the server's renegotiation_info does not belong to ${what}`)
    }
    return { secureRenegotiation: true }
  },
}
