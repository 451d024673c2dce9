import { concat } from '../../bytes/convert.js'
import type { Credential, PublicKey } from '../../crypto/key-types.js'
import type { CertificateRequest } from '../../messages/certificate-request.js'
import type { Action } from '../action.js'
import type { HandledEvent } from '../event.js'
import { VerifiedIdentity, VerifiedSignature } from '../evidence.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import {
  clientCertificateTypeOf,
  curveAccepted,
  firstSchemeFor,
  groupNumbers,
  keyTypeOfScheme,
  serverKeyTypes,
  signingSchemes,
} from '../negotiation.js'
import type { Transcript } from '../transcript.js'
import type { ClientContext } from './context.js'
import { encryptSecret, selectPsk, shareKey } from './key-exchange.js'
import type { Agreed, ClientAnswer, ClientState, ServerFlight, ServerIdentity } from './states.js'

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** The key in the certificate must be one that the suite's key exchange can use (RFC 5246 §7.4.2). */
function checkServerKey({ config }: ClientContext, { suite }: Negotiated, key: PublicKey): void {
  if (!serverKeyTypes[suite.keyExchange].includes(key.keyType)) {
    refuse('key_unfit_for_suite', `the server's ${key.keyType} key cannot serve ${suite.name}`)
  }
  if (!curveAccepted(key, groupNumbers(config.groups))) {
    refuse('key_curve_not_offered', `the server's key lies on ${key.curve}, which was not offered`)
  }
}

function answerCertificateRequest(
  context: ClientContext,
  negotiated: Negotiated,
  server: ServerIdentity,
  certificateRequest: CertificateRequest,
  transcript: Transcript,
): Outcome<State<'AwaitCredential'>> {
  return {
    state: { name: 'AwaitCredential', transcript, negotiated, server, certificateRequest },
    actions: [askForCredential(context, negotiated, certificateRequest)],
  }
}

const askForCredential = ({ config }: ClientContext, negotiated: Negotiated, request: CertificateRequest): Action =>
  ask('selectCredential', {
    role: 'client',
    kinds: [negotiated.clientCertificateType],
    certificateTypes: request.certificateTypes,
    signatureSchemes: signingSchemes(config, request.supportedSignatureAlgorithms),
    certificateAuthorities: request.certificateAuthorities,
    ...(config.serverName === undefined ? {} : { serverName: config.serverName }),
  })

const notAsked: ClientAnswer = { type: 'not asked' }

type DecryptingServer = Exclude<ServerIdentity, { by: 'signature' }>

/** A server that signs nothing: with its certificate's key it decrypts, under RSA_PSK beside the key that is shared. */
const decryptingServer = ({ pskParams, ocspResponse }: ServerFlight, identity: VerifiedIdentity): DecryptingServer =>
  pskParams === undefined
    ? { by: 'key transport', identity, ocspResponse }
    : { by: 'pre-shared key', params: pskParams, identity, ocspResponse }

const exchangeWithKeyTransport = (
  context: ClientContext,
  agreed: Agreed,
  server: DecryptingServer,
  transcript: Transcript,
): Outcome<State<'AwaitPreMasterEncryption' | 'AwaitPsk'>> =>
  server.by === 'key transport'
    ? encryptSecret(agreed, server.identity, transcript)
    : selectPsk(context, agreed, server.params, transcript)

/** The verifier has judged the certificate. With RSA key transport nothing is signed: decrypting is the server's proof. */
export function receiveCertificateVerdict(
  context: ClientContext,
  { flight, transcript }: State<'AwaitCertificateVerification'>,
  { answer }: HandledEvent<'answer:verifyCertificate'>,
): Outcome<State<'AwaitSignatureVerification' | 'AwaitCredential' | 'AwaitPreMasterEncryption' | 'AwaitPsk'>> {
  const identity = VerifiedIdentity.of(flight.certificateChain, answer, flight.negotiated.serverCertificateType)
  const { negotiated, serverParams, certificateRequest } = flight
  checkServerKey(context, negotiated, identity.publicKey)
  if (serverParams === undefined) {
    const server = decryptingServer(flight, identity)
    return certificateRequest === undefined
      ? exchangeWithKeyTransport(context, { negotiated, server, answer: notAsked, psk: undefined }, server, transcript)
      : answerCertificateRequest(context, negotiated, server, certificateRequest, transcript)
  }
  const { signature, signedParams } = serverParams
  if (keyTypeOfScheme(signature.algorithm) !== identity.publicKey.keyType) {
    const named = `0x${signature.algorithm.toString(16)}`
    refuse(
      'scheme_not_offered',
      `the server's ${identity.publicKey.keyType} key cannot have signed under scheme ${named}`,
    )
  }
  const need = ask('verifySignature', {
    key: identity.publicKey,
    scheme: signature.algorithm,
    content: concat(negotiated.clientRandom, negotiated.serverRandom, signedParams),
    signature: signature.signature,
  })
  return {
    state: { name: 'AwaitSignatureVerification', transcript, flight, identity, serverParams },
    actions: [need],
  }
}

export function receiveSignatureVerdict(
  context: ClientContext,
  { flight, identity, serverParams, transcript }: State<'AwaitSignatureVerification'>,
  { answer }: HandledEvent<'answer:verifySignature'>,
): Outcome<State<'AwaitCredential' | 'AwaitKeyShare'>> {
  const { negotiated, certificateRequest, ocspResponse } = flight
  const signature = VerifiedSignature.of(identity, answer, 'ServerKeyExchange')
  const server: ServerIdentity = { by: 'signature', signature, serverParams, ocspResponse }
  return certificateRequest === undefined
    ? shareKey({ negotiated, server, answer: notAsked, psk: undefined }, serverParams, transcript)
    : answerCertificateRequest(context, negotiated, server, certificateRequest, transcript)
}

function chooseAnswer(
  { config }: ClientContext,
  request: CertificateRequest,
  credential: Credential | undefined,
): ClientAnswer {
  if (credential === undefined) return { type: 'nothing to show' }
  const { key } = credential
  if (!request.certificateTypes.includes(clientCertificateTypeOf(key))) {
    refuse('client_certificate_type_refused', `the server takes no certificate with a ${key.keyType} key`)
  }
  const scheme = firstSchemeFor(key, signingSchemes(config, request.supportedSignatureAlgorithms))
  if (scheme === undefined) {
    return refuse('no_shared_scheme', `the server accepts no signature of the ${key.keyType} key selected`)
  }
  return { type: 'credential', credential, scheme }
}

/** Asked for a certificate that it does not have, a client sends an empty list (RFC 5246 §7.4.6). */
export function receiveCredential(
  context: ClientContext,
  { negotiated, server, certificateRequest, transcript }: State<'AwaitCredential'>,
  { answer: credential }: HandledEvent<'answer:selectCredential'>,
): Outcome<State<'AwaitKeyShare' | 'AwaitPreMasterEncryption' | 'AwaitPsk'>> {
  const answer = chooseAnswer(context, certificateRequest, credential)
  const agreed: Agreed = { negotiated, server, answer, psk: undefined }
  return server.by === 'signature'
    ? shareKey(agreed, server.serverParams, transcript)
    : exchangeWithKeyTransport(context, agreed, server, transcript)
}
