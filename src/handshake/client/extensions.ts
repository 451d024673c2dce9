import { fromAscii, toLatin1 } from '../../bytes/convert.js'
import { decode, encode } from '../../codec/codec.js'
import { ProtocolNameList } from '../../messages/extensions/application-layer-protocol-negotiation.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import type { Extension } from '../../messages/extensions/extension.js'
import { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import { ServerNameList } from '../../messages/extensions/server-name.js'
import { SignatureSchemeList } from '../../messages/extensions/signature-algorithms.js'
import { CertificateStatusRequest } from '../../messages/extensions/status-request.js'
import { NamedGroupList } from '../../messages/extensions/supported-groups.js'
import { CertificateStatusType } from '../../registry/certificate-status-type.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { NameType } from '../../registry/name-type.js'
import { refuse } from '../fault.js'
import { groupNumbers } from '../negotiation.js'
import type { ClientConfig } from './context.js'

/** What the server's extensions settle. */
export interface ServerExtensions {
  readonly extendedMasterSecret: boolean
  readonly secureRenegotiation: boolean
  readonly applicationProtocol: string | undefined
  /** The server may send a CertificateStatus (RFC 6066 §8). */
  readonly statusPromised: boolean
}

const nothing: ServerExtensions = {
  extendedMasterSecret: false,
  secureRenegotiation: false,
  applicationProtocol: undefined,
  statusPromised: false,
}

/** One extension from the client's side: what it offers, if anything, and what the server's answer means. */
interface ClientExtension {
  readonly type: number
  /** The data to offer, or `undefined` to leave the extension out. */
  offer(config: ClientConfig): Uint8Array | undefined
  /** What the server's data settles. Refuses data that the RFC forbids. */
  accept(data: Uint8Array, config: ClientConfig): Partial<ServerExtensions>
}

const empty = new Uint8Array()

function mustBeEmpty(data: Uint8Array, name: string): void {
  if (data.length > 0)
    refuse('malformed_extension', `${name} in ServerHello has ${data.length} bytes, it must be empty`)
}

/** An answer that carries no decision, and that some servers give against the RFC: read past it, as other clients do. */
const ignored = (): Partial<ServerExtensions> => ({})

function acceptRenegotiationInfo(data: Uint8Array): Partial<ServerExtensions> {
  const { renegotiatedConnection } = decode(RenegotiationInfo, data)
  if (renegotiatedConnection.length > 0) {
    refuse('renegotiation_info_mismatch', 'the first handshake of a connection renegotiates nothing')
  }
  return { secureRenegotiation: true }
}

function acceptProtocol(data: Uint8Array, { applicationProtocols }: ClientConfig): Partial<ServerExtensions> {
  const [chosen, ...more] = decode(ProtocolNameList, data)
  if (chosen === undefined || more.length > 0) {
    return refuse('malformed_extension', 'a server chooses exactly one application protocol')
  }
  const applicationProtocol = toLatin1(chosen)
  if (!applicationProtocols.includes(applicationProtocol)) {
    refuse('application_protocol_not_offered', `the server chose the protocol ${JSON.stringify(applicationProtocol)}`)
  }
  return { applicationProtocol }
}

function acceptPointFormats(data: Uint8Array): Partial<ServerExtensions> {
  if (!decode(ECPointFormatList, data).includes(ECPointFormat.uncompressed)) {
    refuse('bad_extension', 'the server does not take uncompressed points, which every side must (RFC 8422 §5.1.2)')
  }
  return {}
}

/** In the order in which they are offered. */
const clientExtensions: readonly ClientExtension[] = [
  {
    type: ExtensionType.server_name,
    offer: ({ serverName }) =>
      serverName === undefined
        ? undefined
        : encode(ServerNameList, [{ nameType: NameType.host_name, name: fromAscii(serverName) }]),
    accept: (data) => {
      mustBeEmpty(data, 'server_name')
      return {}
    },
  },
  {
    type: ExtensionType.extended_master_secret,
    offer: ({ extendedMasterSecret }) => (extendedMasterSecret === 'off' ? undefined : empty),
    accept: (data) => {
      mustBeEmpty(data, 'extended_master_secret')
      return { extendedMasterSecret: true }
    },
  },
  {
    type: ExtensionType.renegotiation_info,
    offer: () => encode(RenegotiationInfo, { renegotiatedConnection: empty }),
    accept: acceptRenegotiationInfo,
  },
  {
    type: ExtensionType.supported_groups,
    offer: ({ groups }) => (groups.length === 0 ? undefined : encode(NamedGroupList, groupNumbers(groups))),
    accept: ignored,
  },
  {
    type: ExtensionType.ec_point_formats,
    offer: ({ groups }) => (groups.length === 0 ? undefined : encode(ECPointFormatList, [ECPointFormat.uncompressed])),
    accept: acceptPointFormats,
  },
  {
    type: ExtensionType.application_layer_protocol_negotiation,
    offer: ({ applicationProtocols }) =>
      applicationProtocols.length === 0 ? undefined : encode(ProtocolNameList, applicationProtocols.map(fromAscii)),
    accept: acceptProtocol,
  },
  {
    type: ExtensionType.status_request,
    offer: ({ requestCertificateStatus }) =>
      requestCertificateStatus
        ? encode(CertificateStatusRequest, {
            statusType: CertificateStatusType.ocsp,
            responderIdList: [],
            requestExtensions: empty,
          })
        : undefined,
    accept: (data) => {
      mustBeEmpty(data, 'status_request')
      return { statusPromised: true }
    },
  },
  {
    type: ExtensionType.signature_algorithms,
    offer: ({ signatureSchemes }) => encode(SignatureSchemeList, signatureSchemes),
    accept: () => refuse('extension_not_offered', 'a server must not send signature_algorithms (RFC 5246 §7.4.1.4.1)'),
  },
]

/** The extensions of a ClientHello. */
export const offerExtensions = (config: ClientConfig): readonly Extension[] =>
  clientExtensions.flatMap(({ type, offer }) => {
    const extensionData = offer(config)
    return extensionData === undefined ? [] : [{ extensionType: type, extensionData }]
  })

/** Reads the extensions of a ServerHello: each must answer one that was offered (RFC 5246 §7.4.1.4). */
export function acceptExtensions(
  offered: readonly Extension[],
  answered: readonly Extension[],
  config: ClientConfig,
): ServerExtensions {
  let settled = nothing
  for (const { extensionType, extensionData } of answered) {
    const known = clientExtensions.find(({ type }) => type === extensionType)
    if (known === undefined || !offered.some((extension) => extension.extensionType === extensionType)) {
      return refuse('extension_not_offered', `the server answers extension ${extensionType}, which was not offered`)
    }
    settled = { ...settled, ...known.accept(extensionData, config) }
  }
  return settled
}
