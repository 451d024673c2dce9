import type { Secret } from '../../bytes/secret.js'
import { encode } from '../../codec/codec.js'
import type { Credential } from '../../crypto/key-types.js'
import type { KeyShare } from '../../crypto/provider.js'
import type { CertificateRequest } from '../../messages/certificate-request.js'
import { ServerPskParams } from '../../messages/pre-shared-key.js'
import { CertificateStatusType } from '../../registry/certificate-status-type.js'
import { ClientCertificateType } from '../../registry/client-certificate-type.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { Flight } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import { keyTypeOfScheme, usesPsk } from '../negotiation.js'
import { limitsAtOnce } from '../record-limits.js'
import type { Transcript } from '../transcript.js'
import { answerExtensions, type HelloContent, stapleFor } from './answer-extensions.js'
import { requiresCertificate, type ServerConfig } from './context.js'
import type { ClientDemand, KeyMaterial, Sent, ServerState, Settled } from './states.js'

/*
 * The server's first flight, in the order of RFC 5246 §7.3: ServerHello, Certificate, [CertificateStatus],
 * [ServerKeyExchange], [CertificateRequest], ServerHelloDone.
 */

const empty = new Uint8Array()

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

const demandOf = (config: ServerConfig): ClientDemand => ({
  required: requiresCertificate(config),
  signatureSchemes: config.signatureSchemes,
  groups: config.groups,
})

/** What our flight holds for the key exchange: a signed key share, or nothing, since the certificate's key decrypts. */
export type OurKeyExchange =
  | { readonly type: 'ephemeral'; readonly keyShare: KeyShare; readonly body: Uint8Array }
  | { readonly type: 'key transport'; readonly credential: Credential; readonly substitutePreMaster: Secret }

/** The same where no certificate goes with it: our key share, if any, stands unsigned. */
export type PskKeyExchange =
  | { readonly type: 'ephemeral'; readonly keyShare: KeyShare; readonly body: Uint8Array }
  | { readonly type: 'none' }

export function sendServerHello(flight: Flight, content: HelloContent): void {
  const { negotiated } = content
  const extensions = answerExtensions(content)
  flight.handshake('server_hello', {
    serverVersion: ProtocolVersion.TLSv1_2,
    random: negotiated.serverRandom,
    sessionId: negotiated.sessionId,
    cipherSuite: negotiated.suite.cipherSuite,
    compressionMethod: CompressionMethod.null,
    ...(extensions.length === 0 ? {} : { extensions }),
  })
  flight.limitRecords(limitsAtOnce(negotiated, 'server'))
}

const sentOf = ({ negotiated, offer, terms, substitute }: Settled, keyMaterial: KeyMaterial): Sent => ({
  negotiated,
  keyMaterial,
  demand: demandOf(terms),
  clientVersion: offer.clientVersion,
  substitutePsk: usesPsk(negotiated.suite.keyExchange) ? substitute : undefined,
})

/** Under a PSK suite the hint stands before the params; alone it is left out where there is none to give (RFC 4279 §2). */
function sendServerKeyExchange(
  flight: Flight,
  { negotiated, terms: { pskIdentityHint } }: Settled,
  params: Uint8Array | undefined,
): void {
  const withHint = usesPsk(negotiated.suite.keyExchange)
  if (params === undefined && (!withHint || pskIdentityHint === undefined)) return
  const body = params ?? empty
  flight.handshake('server_key_exchange', {
    body: withHint ? encode(ServerPskParams, { pskIdentityHint: pskIdentityHint ?? empty, params: body }) : body,
  })
}

const paramsOf = (exchange: OurKeyExchange | PskKeyExchange): Uint8Array | undefined =>
  exchange.type === 'ephemeral' ? exchange.body : undefined

export function sendHelloFlight(
  settled: Settled,
  exchange: OurKeyExchange,
  transcript: Transcript,
): Outcome<StateOf<ServerState, 'ExpectClientCertificate' | 'ExpectClientKeyExchange'>> {
  const { negotiated, terms, credential } = settled
  const flight = new Flight(transcript)
  sendServerHello(flight, settled)
  flight.certificate(negotiated.serverCertificateType, credential?.certificateChain ?? [])
  const response = stapleFor(settled)
  if (response !== undefined) {
    flight.handshake('certificate_status', { statusType: CertificateStatusType.ocsp, response })
  }
  sendServerKeyExchange(flight, settled, paramsOf(exchange))
  const asking = terms.clientAuthentication !== 'none'
  if (asking) flight.handshake('certificate_request', buildCertificateRequest(terms))
  flight.handshake('server_hello_done', {})

  const sent = sentOf(settled, exchange)
  const certificateType = negotiated.clientCertificateType
  return {
    state: asking
      ? { name: 'ExpectClientCertificate', transcript: flight.transcript, sent, certificateType }
      : { name: 'ExpectClientKeyExchange', transcript: flight.transcript, sent, clientChain: undefined },
    actions: flight.actions,
  }
}

/** Without a certificate of our own none is asked for: the key that is shared proves both sides (RFC 4279 §2). */
export function sendPskFlight(
  settled: Settled,
  exchange: PskKeyExchange,
  transcript: Transcript,
): Outcome<StateOf<ServerState, 'ExpectClientKeyExchange'>> {
  const flight = new Flight(transcript)
  sendServerHello(flight, settled)
  sendServerKeyExchange(flight, settled, paramsOf(exchange))
  flight.handshake('server_hello_done', {})
  return {
    state: {
      name: 'ExpectClientKeyExchange',
      transcript: flight.transcript,
      sent: sentOf(settled, exchange),
      clientChain: undefined,
    },
    actions: flight.actions,
  }
}
