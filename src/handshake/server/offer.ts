import { toLatin1 } from '../../bytes/convert.js'
import { type Codec, decode } from '../../codec/codec.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { ProtocolNameList } from '../../messages/extensions/application-layer-protocol-negotiation.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import { ExtendedMasterSecret } from '../../messages/extensions/extended-master-secret.js'
import { duplicateExtension, findExtension } from '../../messages/extensions/extension.js'
import { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import { ServerNameList } from '../../messages/extensions/server-name.js'
import { SignatureSchemeList } from '../../messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../../messages/extensions/supported-groups.js'
import { CertificateStatusType } from '../../registry/certificate-status-type.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { NameType } from '../../registry/name-type.js'
import type { NamedGroup } from '../../registry/named-group.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { nameOf } from '../../registry/registry.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { refuse } from '../fault.js'
import { DEFAULT_PEER_SCHEMES } from '../negotiation.js'

/** A ClientHello with its extensions read. */
export interface ClientOffer {
  readonly clientVersion: ProtocolVersion
  readonly random: Uint8Array
  readonly cipherSuites: readonly CipherSuite[]
  /** In lower case; absent where the client names no host. */
  readonly serverName: string | undefined
  /** `undefined` where the client sends no supported_groups: it then takes any (RFC 8422 §5.1). */
  readonly groups: readonly NamedGroup[] | undefined
  readonly signatureSchemes: readonly SignatureScheme[]
  readonly applicationProtocols: readonly string[] | undefined
  readonly extendedMasterSecret: boolean
  /** By the extension or by the signalling suite (RFC 5746 §3.6). */
  readonly secureRenegotiation: boolean
  readonly statusRequested: boolean
  /** Whether the client sent ec_point_formats, which is answered only then (RFC 8422 §5.2). */
  readonly pointFormats: boolean
}

/** A client must speak at least TLS 1.2; one that speaks more is answered with TLS 1.2 (RFC 5246 Appendix E.1). */
function checkBasics({ clientVersion, compressionMethods, extensions }: ClientHello): void {
  if (clientVersion < ProtocolVersion.TLSv1_2) {
    refuse('unsupported_version', `the client speaks ${nameOf(ProtocolVersion, clientVersion, 2)} at most, not TLS 1.2`)
  }
  if (!compressionMethods.includes(CompressionMethod.null)) {
    refuse('null_compression_missing', 'every client must offer null compression')
  }
  const duplicate = duplicateExtension(extensions)
  if (duplicate !== undefined) refuse('duplicate_extension', `extension ${duplicate} occurs twice in ClientHello`)
}

/** The one host_name; several of one type are forbidden, other types are passed over (RFC 6066 §3). */
function hostName(list: ServerNameList | undefined): string | undefined {
  const names = list?.filter(({ nameType }) => nameType === NameType.host_name) ?? []
  if (names.length > 1) refuse('bad_extension', 'server_name holds two host names')
  const [first] = names
  return first === undefined ? undefined : toLatin1(first.name).toLowerCase()
}

function checkPointFormats(formats: readonly ECPointFormat[] | undefined): boolean {
  if (formats === undefined) return false
  if (!formats.includes(ECPointFormat.uncompressed)) {
    refuse('bad_extension', 'the client does not take uncompressed points, which every side must (RFC 8422 §5.1.2)')
  }
  return true
}

function checkRenegotiationInfo(info: RenegotiationInfo | undefined): boolean {
  if (info !== undefined && info.renegotiatedConnection.length > 0) {
    refuse('renegotiation_info_mismatch', 'the first handshake of a connection renegotiates nothing')
  }
  return info !== undefined
}

/** Reads what a client offers. Refuses what no client may send. */
export function readOffer(hello: ClientHello): ClientOffer {
  checkBasics(hello)
  const data = (type: number): Uint8Array | undefined => findExtension(hello.extensions, type)
  const read = <T>(type: number, codec: Codec<T>): T | undefined => {
    const found = data(type)
    return found === undefined ? undefined : decode(codec, found)
  }
  const renegotiationInfo = checkRenegotiationInfo(read(ExtensionType.renegotiation_info, RenegotiationInfo))
  return {
    clientVersion: hello.clientVersion,
    random: hello.random,
    cipherSuites: hello.cipherSuites,
    serverName: hostName(read(ExtensionType.server_name, ServerNameList)),
    groups: read(ExtensionType.supported_groups, NamedGroupList),
    signatureSchemes: read(ExtensionType.signature_algorithms, SignatureSchemeList) ?? DEFAULT_PEER_SCHEMES,
    applicationProtocols: read(ExtensionType.application_layer_protocol_negotiation, ProtocolNameList)?.map(toLatin1),
    extendedMasterSecret: read(ExtensionType.extended_master_secret, ExtendedMasterSecret) !== undefined,
    secureRenegotiation:
      renegotiationInfo || hello.cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV),
    // Another status type than ocsp is "not for us", not an error, so only the first byte is looked at.
    statusRequested: data(ExtensionType.status_request)?.[0] === CertificateStatusType.ocsp,
    pointFormats: checkPointFormats(read(ExtensionType.ec_point_formats, ECPointFormatList)),
  }
}
