import { fromAscii } from '../../bytes/convert.js'
import type { Secret } from '../../bytes/secret.js'
import { encode } from '../../codec/codec.js'
import type { Credential } from '../../crypto/key-types.js'
import type { KeyShare } from '../../crypto/provider.js'
import type { CertificateRequest } from '../../messages/certificate-request.js'
import { ProtocolNameList } from '../../messages/extensions/application-layer-protocol-negotiation.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import type { Extension } from '../../messages/extensions/extension.js'
import { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import { CertificateStatusType } from '../../registry/certificate-status-type.js'
import { ClientCertificateType } from '../../registry/client-certificate-type.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { Flight } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import { keyTypeOfScheme, usesCurves } from '../negotiation.js'
import type { Transcript } from '../transcript.js'
import type { ServerConfig, ServerContext } from './context.js'
import type { Sent, ServerState, Settled } from './states.js'

/*
 * The server's first flight, in the order of RFC 5246 §7.3: ServerHello, Certificate, [CertificateStatus],
 * [ServerKeyExchange], [CertificateRequest], ServerHelloDone.
 */

const empty = new Uint8Array()

/** One extension from the server's side: its data, or `undefined` to leave it out. Only what the client offered is answered. */
interface ServerExtension {
  readonly type: number
  answer(settled: Settled): Uint8Array | undefined
}

const onlyIf = (condition: boolean, data: Uint8Array = empty): Uint8Array | undefined => (condition ? data : undefined)

const serverExtensions: readonly ServerExtension[] = [
  {
    type: ExtensionType.renegotiation_info,
    answer: ({ negotiated }) =>
      onlyIf(negotiated.secureRenegotiation, encode(RenegotiationInfo, { renegotiatedConnection: empty })),
  },
  {
    type: ExtensionType.extended_master_secret,
    answer: ({ negotiated }) => onlyIf(negotiated.extendedMasterSecret),
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
      applicationProtocol === undefined ? undefined : encode(ProtocolNameList, [fromAscii(applicationProtocol)]),
  },
  { type: ExtensionType.status_request, answer: (settled) => onlyIf(stapleFor(settled) !== undefined) },
]

/** The OCSP response to staple, where there is one and the client wants it (RFC 6066 §8). */
const stapleFor = ({ offer, credential }: Settled): Uint8Array | undefined =>
  offer.statusRequested ? credential.ocspResponse : undefined

const answerExtensions = (settled: Settled): readonly Extension[] =>
  serverExtensions.flatMap(({ type, answer }) => {
    const extensionData = answer(settled)
    return extensionData === undefined ? [] : [{ extensionType: type, extensionData }]
  })

function buildCertificateRequest({ signatureSchemes, certificateAuthorities }: ServerConfig): CertificateRequest {
  const keyTypes = new Set(signatureSchemes.map(keyTypeOfScheme))
  const rsa = keyTypes.has('rsa') || keyTypes.has('rsa-pss')
  const elliptic = keyTypes.has('ecdsa') || keyTypes.has('ed25519') || keyTypes.has('ed448')
  return {
    certificateTypes: [
      ...(elliptic ? [ClientCertificateType.ecdsa_sign] : []),
      ...(rsa ? [ClientCertificateType.rsa_sign] : []),
    ],
    supportedSignatureAlgorithms: signatureSchemes,
    certificateAuthorities,
  }
}

/** What our flight holds for the key exchange: a signed key share, or nothing, since the certificate's key decrypts. */
export type OurKeyExchange =
  | { readonly type: 'ephemeral'; readonly keyShare: KeyShare; readonly body: Uint8Array }
  | { readonly type: 'key transport'; readonly credential: Credential; readonly substitutePreMaster: Secret }

function sendServerHello(flight: Flight, settled: Settled): void {
  const { negotiated } = settled
  const extensions = answerExtensions(settled)
  flight.handshake('server_hello', {
    serverVersion: ProtocolVersion.TLSv1_2,
    random: negotiated.serverRandom,
    sessionId: negotiated.sessionId,
    cipherSuite: negotiated.suite.cipherSuite,
    compressionMethod: CompressionMethod.null,
    ...(extensions.length === 0 ? {} : { extensions }),
  })
}

export function sendHelloFlight(
  { config }: ServerContext,
  settled: Settled,
  exchange: OurKeyExchange,
  transcript: Transcript,
): Outcome<StateOf<ServerState, 'ExpectClientCertificate' | 'ExpectClientKeyExchange'>> {
  const flight = new Flight(transcript)
  sendServerHello(flight, settled)
  flight.handshake('certificate', { certificateList: settled.credential.certificateChain })
  const response = stapleFor(settled)
  if (response !== undefined) {
    flight.handshake('certificate_status', { statusType: CertificateStatusType.ocsp, response })
  }
  if (exchange.type === 'ephemeral') flight.handshake('server_key_exchange', { body: exchange.body })
  const asking = config.clientAuthentication !== 'none'
  if (asking) flight.handshake('certificate_request', buildCertificateRequest(config))
  flight.handshake('server_hello_done', {})

  const { negotiated, offer } = settled
  const sent: Sent = { negotiated, keyMaterial: exchange, clientVersion: offer.clientVersion }
  return {
    state: asking
      ? { name: 'ExpectClientCertificate', transcript: flight.transcript, sent }
      : { name: 'ExpectClientKeyExchange', transcript: flight.transcript, sent, clientChain: undefined },
    actions: flight.actions,
  }
}
