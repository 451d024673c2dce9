import type { Codec } from '../../codec/codec.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { emptyStruct } from '../fields.js'
import { ProtocolNameList } from './application-layer-protocol-negotiation.js'
import { CertificateType, CertificateTypeList } from './certificate-type.js'
import { ECPointFormatList } from './ec-point-formats.js'
import { EncryptThenMac } from './encrypt-then-mac.js'
import { ExtendedMasterSecret } from './extended-master-secret.js'
import { MaxFragmentLength } from './max-fragment-length.js'
import { Padding } from './padding.js'
import { RecordSizeLimit } from './record-size-limit.js'
import { RenegotiationInfo } from './renegotiation-info.js'
import { ServerNameList } from './server-name.js'
import { SessionTicket } from './session-ticket.js'
import { SignatureSchemeList } from './signature-algorithms.js'
import { SignedCertificateTimestampList } from './signed-certificate-timestamp.js'
import { CertificateStatusRequest } from './status-request.js'
import { NamedGroupList } from './supported-groups.js'

/** The grammar of one extension's data in each hello. */
export interface ExtensionCodecs {
  readonly clientHello: Codec<unknown>
  readonly serverHello: Codec<unknown>
}

const inBoth = (codec: Codec<unknown>): ExtensionCodecs => ({ clientHello: codec, serverHello: codec })

/** For extensions that a server only acknowledges. */
const acknowledged = (codec: Codec<unknown>): ExtensionCodecs => ({
  clientHello: codec,
  serverHello: emptyStruct('Acknowledgement'),
})

const certificateType: ExtensionCodecs = { clientHello: CertificateTypeList, serverHello: CertificateType }

/** The extensions whose data this library can read, by type. Whether one may stand in a hello is not decided here. */
export const extensionCodecs: ReadonlyMap<number, ExtensionCodecs> = new Map([
  [ExtensionType.server_name, acknowledged(ServerNameList)],
  [ExtensionType.max_fragment_length, inBoth(MaxFragmentLength)],
  [ExtensionType.status_request, acknowledged(CertificateStatusRequest)],
  [ExtensionType.supported_groups, inBoth(NamedGroupList)],
  [ExtensionType.ec_point_formats, inBoth(ECPointFormatList)],
  [ExtensionType.signature_algorithms, inBoth(SignatureSchemeList)],
  [ExtensionType.application_layer_protocol_negotiation, inBoth(ProtocolNameList)],
  [
    ExtensionType.signed_certificate_timestamp,
    { clientHello: emptyStruct('Request'), serverHello: SignedCertificateTimestampList },
  ],
  [ExtensionType.client_certificate_type, certificateType],
  [ExtensionType.server_certificate_type, certificateType],
  [ExtensionType.padding, inBoth(Padding)],
  [ExtensionType.encrypt_then_mac, inBoth(EncryptThenMac)],
  [ExtensionType.extended_master_secret, inBoth(ExtendedMasterSecret)],
  [ExtensionType.record_size_limit, inBoth(RecordSizeLimit)],
  [ExtensionType.session_ticket, acknowledged(SessionTicket)],
  [ExtensionType.renegotiation_info, inBoth(RenegotiationInfo)],
])
