import { fromAscii, toLatin1 } from '../../../bytes/convert.js'
import { decode, encode } from '../../../codec/codec.js'
import { ProtocolNameList } from '../../../messages/extensions/application-layer-protocol-negotiation.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { refuse } from '../../fault.js'
import type { ClientExtension } from './client-extension.js'

/** ALPN (RFC 7301 §3.1). */
export const applicationProtocol: ClientExtension = {
  type: ExtensionType.application_layer_protocol_negotiation,
  offer: ({ applicationProtocols }) =>
    applicationProtocols.length === 0 ? undefined : encode(ProtocolNameList, applicationProtocols.map(fromAscii)),
  accept: (data, { applicationProtocols }) => {
    const [chosen, ...more] = decode(ProtocolNameList, data)
    if (chosen === undefined || more.length > 0) {
      return refuse('malformed_extension', 'a server chooses exactly one application protocol')
    }
    const applicationProtocol = toLatin1(chosen)
    if (!applicationProtocols.includes(applicationProtocol)) {
      refuse('application_protocol_not_offered', `the server chose the protocol ${JSON.stringify(applicationProtocol)}`)
    }
    return { applicationProtocol }
  },
}
