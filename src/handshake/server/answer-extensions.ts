import { fromAscii } from '../../bytes/convert.js'
import { encode } from '../../codec/codec.js'
import { ProtocolNameList } from '../../messages/extensions/application-layer-protocol-negotiation.js'
import { CertificateType as CertificateTypeCodec } from '../../messages/extensions/certificate-type.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import { type Extension, findExtension } from '../../messages/extensions/extension.js'
import { MaxFragmentLength } from '../../messages/extensions/max-fragment-length.js'
import { RecordSizeLimit } from '../../messages/extensions/record-size-limit.js'
import { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import { CertificateType } from '../../registry/certificate-type.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { fragmentLengthCode } from '../../registry/max-fragment-length.js'
import { usesCurves } from '../negotiation.js'
import { agreeLengths, answeredClientType, answeredServerType } from './agree.js'
import type { Settled } from './states.js'

const empty = new Uint8Array()

/** What a ServerHello is made from. An abbreviated handshake shows no credential, and says nothing of what it would hold. */
export type HelloContent = Omit<Settled, 'substitute'> & { readonly abbreviated?: boolean }

/** One extension from the server's side: its data, or `undefined` to leave it out. Only what the client offered is answered. */
interface ServerExtension {
  readonly type: number
  answer(content: HelloContent): Uint8Array | undefined
}

const onlyIf = (condition: boolean, data: Uint8Array = empty): Uint8Array | undefined => (condition ? data : undefined)
const ifDefined = <T>(value: T | undefined, data: (value: T) => Uint8Array): Uint8Array | undefined =>
  value === undefined ? undefined : data(value)

/** The OCSP response to staple, where there is one and the client wants it (RFC 6066 §8). */
export const stapleFor = ({ offer, credential }: HelloContent): Uint8Array | undefined =>
  offer.statusRequested ? credential?.ocspResponse : undefined

/** In the order in which they are answered. */
const serverExtensions: readonly ServerExtension[] = [
  {
    // The name that the client asked for went into the choice of the credential (RFC 6066 §3).
    type: ExtensionType.server_name,
    answer: ({ offer, terms, abbreviated }) =>
      onlyIf(abbreviated !== true && offer.serverName !== undefined && terms.acknowledgeServerName),
  },
  {
    type: ExtensionType.renegotiation_info,
    answer: ({ negotiated, offer: { renegotiatedConnection } }) =>
      onlyIf(negotiated.secureRenegotiation, encode(RenegotiationInfo, { renegotiatedConnection })),
  },
  {
    type: ExtensionType.extended_master_secret,
    answer: ({ negotiated }) => onlyIf(negotiated.extendedMasterSecret),
  },
  {
    type: ExtensionType.encrypt_then_mac,
    answer: ({ negotiated }) => onlyIf(negotiated.encryptThenMac),
  },
  {
    type: ExtensionType.ec_point_formats,
    answer: ({ negotiated, offer }) =>
      onlyIf(
        offer.pointFormats && usesCurves(negotiated.suite.keyExchange),
        encode(ECPointFormatList, [ECPointFormat.uncompressed]),
      ),
  },
  {
    type: ExtensionType.application_layer_protocol_negotiation,
    answer: ({ negotiated: { applicationProtocol } }) =>
      ifDefined(applicationProtocol, (protocol) => encode(ProtocolNameList, [fromAscii(protocol)])),
  },
  { type: ExtensionType.session_ticket, answer: ({ negotiated }) => onlyIf(negotiated.sessionTicket) },
  { type: ExtensionType.status_request, answer: (content) => onlyIf(stapleFor(content) !== undefined) },
  {
    type: ExtensionType.signed_certificate_timestamp,
    answer: ({ negotiated }) => negotiated.signedCertificateTimestamps,
  },
  {
    type: ExtensionType.max_fragment_length,
    answer: ({ negotiated: { maxFragmentLength }, abbreviated }) =>
      ifDefined(abbreviated ? undefined : maxFragmentLength, (length) =>
        encode(MaxFragmentLength, fragmentLengthCode(length)),
      ),
  },
  {
    type: ExtensionType.record_size_limit,
    answer: ({ terms, offer }) =>
      ifDefined(agreeLengths(terms, offer).recordSizeLimits, ({ server }) => encode(RecordSizeLimit, server)),
  },
  {
    type: ExtensionType.client_certificate_type,
    answer: ({ terms, offer, negotiated: { suite }, abbreviated }) =>
      ifDefined(abbreviated ? undefined : answeredClientType(terms, offer, suite), (type) =>
        encode(CertificateTypeCodec, CertificateType[type]),
      ),
  },
  {
    type: ExtensionType.server_certificate_type,
    answer: ({ terms, offer, credential }) =>
      ifDefined(answeredServerType(terms, offer, credential), (type) =>
        encode(CertificateTypeCodec, CertificateType[type]),
      ),
  },
]

/** The extensions of a ServerHello, the application's own behind ours. */
export const answerExtensions = (content: HelloContent): readonly Extension[] => [
  ...serverExtensions.flatMap(({ type, answer }) => {
    const extensionData = answer(content)
    return extensionData === undefined ? [] : [{ extensionType: type, extensionData }]
  }),
  ...content.terms.extraExtensions.filter(
    ({ extensionType }) => findExtension(content.offer.hello.extensions, extensionType) !== undefined,
  ),
]
