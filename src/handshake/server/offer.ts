import { toLatin1 } from '../../bytes/convert.js'
import type { Codec } from '../../codec/codec.js'
import type { CertificateKind } from '../../crypto/key-types.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { ProtocolNameList } from '../../messages/extensions/application-layer-protocol-negotiation.js'
import { CertificateTypeList } from '../../messages/extensions/certificate-type.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import { EncryptThenMac } from '../../messages/extensions/encrypt-then-mac.js'
import { ExtendedMasterSecret } from '../../messages/extensions/extended-master-secret.js'
import { duplicateExtension, findExtension } from '../../messages/extensions/extension.js'
import { MaxFragmentLength } from '../../messages/extensions/max-fragment-length.js'
import { RecordSizeLimit } from '../../messages/extensions/record-size-limit.js'
import { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import { ServerNameList } from '../../messages/extensions/server-name.js'
import { SignatureSchemeList } from '../../messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../../messages/extensions/supported-groups.js'
import { ProtocolVersionList } from '../../messages/extensions/supported-versions.js'
import { CertificateStatusType } from '../../registry/certificate-status-type.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { type FragmentLength, fragmentLengthOf } from '../../registry/max-fragment-length.js'
import { NameType } from '../../registry/name-type.js'
import type { NamedGroup } from '../../registry/named-group.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { nameOf } from '../../registry/registry.js'
import type { SignatureScheme } from '../../registry/signature-scheme.js'
import { refuse } from '../fault.js'
import { certificateKindOf, DEFAULT_PEER_SCHEMES, type RenegotiatedConnection } from '../negotiation.js'
import { readExtension } from '../read-extension.js'
import { checkRecordSizeLimit } from '../record-limits.js'
import { readRenegotiationInfo } from './renegotiation-info.js'

/** A ClientHello with its extensions read. */
export interface ClientOffer {
  readonly hello: ClientHello
  readonly clientVersion: ProtocolVersion
  readonly random: Uint8Array
  /** Empty where the client shows none. */
  readonly sessionId: Uint8Array
  /** `undefined` where the client takes no tickets, empty where it has none to show (RFC 5077 §3.2). */
  readonly ticket: Uint8Array | undefined
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
  /** What the renegotiation_info of our hello holds: nothing in the first handshake of a connection. */
  readonly renegotiatedConnection: Uint8Array
  readonly encryptThenMac: boolean
  readonly statusRequested: boolean
  readonly timestampsRequested: boolean
  /** In bytes (RFC 6066 §4). */
  readonly maxFragmentLength: FragmentLength | undefined
  readonly recordSizeLimit: number | undefined
  /** What the client can show and what it can judge; `undefined` where it did not say, which means X.509 (RFC 7250 §4.1). */
  readonly clientCertificateTypes: readonly CertificateKind[] | undefined
  readonly serverCertificateTypes: readonly CertificateKind[] | undefined
  /** Whether the client sent ec_point_formats, which is answered only then (RFC 8422 §5.2). */
  readonly pointFormats: boolean
}

/**
 * A client must speak at least TLS 1.2; one that speaks more is answered with TLS 1.2 (RFC 5246 Appendix E.1). Where it
 * lists its versions, the list alone counts (RFC 8446 §4.2.1). One that came back with a lower version because a
 * connection had failed must be told, since somebody may have made that fail (RFC 7507 §3).
 */
function checkVersion({ clientVersion, cipherSuites, extensions }: ClientHello): void {
  const versions = readExtension(extensions, ExtensionType.supported_versions, ProtocolVersionList)
  if (versions?.includes(ProtocolVersion.TLSv1_2) ?? clientVersion >= ProtocolVersion.TLSv1_2) return
  const highest = nameOf(ProtocolVersion, clientVersion, 2)
  if (clientVersion < ProtocolVersion.TLSv1_2 && cipherSuites.includes(CipherSuite.TLS_FALLBACK_SCSV)) {
    refuse('inappropriate_fallback', `the client fell back to ${highest}, and this server speaks TLS 1.2`)
  }
  refuse('unsupported_version', `the client speaks ${versions === undefined ? highest : 'others'}, not TLS 1.2`)
}

function checkBasics({ compressionMethods, extensions }: ClientHello): void {
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

function fragmentLength(code: number | undefined): FragmentLength | undefined {
  if (code === undefined) return undefined
  return (
    fragmentLengthOf(code) ?? refuse('bad_extension', `max_fragment_length ${code} is none of the four (RFC 6066 §4)`)
  )
}

/** Those of a list that this library knows; the others are passed over. */
const kindsOf = (types: readonly number[] | undefined): readonly CertificateKind[] | undefined =>
  types?.flatMap((type) => certificateKindOf(type) ?? [])

const sizeLimit = (limit: number | undefined): number | undefined =>
  limit === undefined ? undefined : checkRecordSizeLimit(limit, 'client')

/** Reads what a client offers. Refuses what no client may send. */
export function readOffer(hello: ClientHello, renegotiated?: RenegotiatedConnection): ClientOffer {
  checkVersion(hello)
  checkBasics(hello)
  const data = (type: number): Uint8Array | undefined => findExtension(hello.extensions, type)
  const read = <T>(type: number, codec: Codec<T>): T | undefined => readExtension(hello.extensions, type, codec)
  return {
    hello,
    clientVersion: hello.clientVersion,
    random: hello.random,
    sessionId: hello.sessionId,
    ticket: data(ExtensionType.session_ticket),
    cipherSuites: hello.cipherSuites,
    serverName: hostName(read(ExtensionType.server_name, ServerNameList)),
    groups: read(ExtensionType.supported_groups, NamedGroupList),
    signatureSchemes: read(ExtensionType.signature_algorithms, SignatureSchemeList) ?? DEFAULT_PEER_SCHEMES,
    applicationProtocols: read(ExtensionType.application_layer_protocol_negotiation, ProtocolNameList)?.map(toLatin1),
    extendedMasterSecret: read(ExtensionType.extended_master_secret, ExtendedMasterSecret) !== undefined,
    ...readRenegotiationInfo(
      read(ExtensionType.renegotiation_info, RenegotiationInfo),
      hello.cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV),
      renegotiated,
    ),
    encryptThenMac: read(ExtensionType.encrypt_then_mac, EncryptThenMac) !== undefined,
    timestampsRequested: data(ExtensionType.signed_certificate_timestamp) !== undefined,
    maxFragmentLength: fragmentLength(read(ExtensionType.max_fragment_length, MaxFragmentLength)),
    recordSizeLimit: sizeLimit(read(ExtensionType.record_size_limit, RecordSizeLimit)),
    clientCertificateTypes: kindsOf(read(ExtensionType.client_certificate_type, CertificateTypeList)),
    serverCertificateTypes: kindsOf(read(ExtensionType.server_certificate_type, CertificateTypeList)),
    // Another status type than ocsp is "not for us", not an error, so only the first byte is looked at.
    statusRequested: data(ExtensionType.status_request)?.[0] === CertificateStatusType.ocsp,
    pointFormats: checkPointFormats(read(ExtensionType.ec_point_formats, ECPointFormatList)),
  }
}
