import { fromHex } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import type { SessionHandle } from '../../crypto/session.js'
import { type SuiteParameters, suiteParameters } from '../../crypto/suite-parameters.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { duplicateExtension, type Extension } from '../../messages/extensions/extension.js'
import type { ServerHello } from '../../messages/server-hello.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { nameOf } from '../../registry/registry.js'
import type { Action } from '../action.js'
import type { Entropy, HandledEvent } from '../event.js'
import { refuse } from '../fault.js'
import { Flight } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { requiresBinding, showsCertificate } from '../negotiation.js'
import { type AgreedLengths, agreedLengths, limitsAtOnce, limitsOf } from '../record-limits.js'
import { Transcript } from '../transcript.js'
import { arrangeHello } from './arrange-hello.js'
import type { ClientConfig, ClientContext } from './context.js'
import { acceptExtensions, checkTogether, offerExtensions, type ServerExtensions } from './extensions/index.js'
import { expectPskFlight } from './psk-flight.js'
import { isResumed, resume, withSession } from './resumption.js'
import type { ClientState, OfferedSession } from './states.js'

const empty = new Uint8Array()

/** A ticket goes with a session id made up for it, by whose return the client knows that it was taken (RFC 5077 §3.4). */
const sessionIdFor = (handle: SessionHandle | undefined, entropy: Entropy): Uint8Array => {
  if (handle === undefined) return empty
  return handle.by === 'ticket' ? entropy.sessionId : handle.sessionId
}

/** A client that resumes a session knows already which version the server speaks, and must not say this (RFC 7507 §4). */
const signalsFallback = ({ fallback }: ClientConfig, handle: SessionHandle | undefined): boolean =>
  fallback && handle === undefined

const buildClientHello = (config: ClientConfig, entropy: Entropy, handle: SessionHandle | undefined): ClientHello => ({
  clientVersion: ProtocolVersion.TLSv1_2,
  random: entropy.random,
  sessionId: sessionIdFor(handle, entropy),
  cipherSuites: [
    ...config.cipherSuites.map(({ cipherSuite }) => cipherSuite),
    ...(signalsFallback(config, handle) ? [CipherSuite.TLS_FALLBACK_SCSV] : []),
  ],
  compressionMethods: [CompressionMethod.null],
  extensions: offerExtensions(config, handle?.by === 'ticket' ? handle.ticket : empty),
})

/** The handshake begins with what this client can do, and with a session where there is one to resume. */
export function sendClientHello(
  { config }: ClientContext,
  entropy: Entropy,
  offered: OfferedSession | undefined,
): Outcome<StateOf<ClientState, 'ExpectServerHello'>> {
  const offer = arrangeHello(config, buildClientHello(config, entropy, offered?.handle), offered)
  const flight = new Flight(Transcript.empty)
  flight.handshake('client_hello', offer)
  return {
    state: { name: 'ExpectServerHello', transcript: flight.transcript, offer, offered },
    actions: flight.actions,
  }
}

/** SHA-256 of "HelloRetryRequest": the random by which TLS 1.3 tells a HelloRetryRequest from a ServerHello (RFC 8446 §4.1.3). */
const HELLO_RETRY_REQUEST = fromHex('cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c')

/**
 * The version comes first: a server that speaks another one may mean something else by the rest.
 *
 * The marks that RFC 8446 §4.1.3 has servers leave in their random are not looked for. The one for TLS 1.2 is left by every
 * server that speaks TLS 1.3 too, and tells only a client that does; the one for older versions is for a client to heed
 * when an older version is chosen, and there the handshake ends anyway. For the same reasons our server leaves neither.
 */
function checkVersion({ serverVersion, random }: ServerHello): void {
  if (publicEqual(random, HELLO_RETRY_REQUEST)) {
    refuse('unsupported_version', 'the server answers with a HelloRetryRequest of TLS 1.3; this is TLS 1.2 only')
  }
  if (serverVersion !== ProtocolVersion.TLSv1_2) {
    refuse('unsupported_version', `the server chose ${nameOf(ProtocolVersion, serverVersion, 2)}; this is TLS 1.2 only`)
  }
}

function checkChoices(hello: ServerHello, offer: ClientHello): SuiteParameters {
  const suite = suiteParameters(hello.cipherSuite)
  if (suite === undefined || !offer.cipherSuites.includes(hello.cipherSuite)) {
    return refuse('suite_not_offered', `the server chose ${nameOf(CipherSuite, hello.cipherSuite, 2)}, not offered`)
  }
  if (hello.compressionMethod !== CompressionMethod.null) {
    refuse('compression_not_offered', `the server chose compression method ${hello.compressionMethod}, not null`)
  }
  return suite
}

/** What a server may answer: an arranged hello may say by the signalling suite what ours says by the extension (RFC 5746 §3.4). */
function answerable({ extensions = [], cipherSuites }: ClientHello): readonly Extension[] {
  const signalled = cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
  return signalled
    ? [...extensions, { extensionType: ExtensionType.renegotiation_info, extensionData: empty }]
    : extensions
}

function checkPolicy({ config }: ClientContext, settled: ServerExtensions): void {
  if (config.secureRenegotiation !== 'tolerate' && !settled.secureRenegotiation) {
    refuse('secure_renegotiation_missing', 'the server does not know renegotiation_info (RFC 5746); policy requires it')
  }
  if (requiresBinding(config) && !settled.extendedMasterSecret) {
    refuse('extended_master_secret_missing', 'the server does not know extended_master_secret; policy requires it')
  }
}

/** Our own limit holds only where the server answers with its own: it need not keep to what it does not know. */
const lengthsOf = (settled: ServerExtensions, { recordSizeLimit: client }: ClientConfig): AgreedLengths =>
  agreedLengths({ client, server: settled.serverRecordSizeLimit }, settled.maxFragmentLength)

function negotiate(
  config: ClientConfig,
  offer: ClientHello,
  hello: ServerHello,
  suite: SuiteParameters,
  settled: ServerExtensions,
): Negotiated {
  return {
    suite,
    clientRandom: offer.random,
    serverRandom: hello.random,
    sessionId: hello.sessionId,
    sessionTicket: settled.ticketPromised,
    extendedMasterSecret: settled.extendedMasterSecret,
    encryptThenMac: settled.encryptThenMac,
    ...limitsOf(lengthsOf(settled, config)),
    secureRenegotiation: settled.secureRenegotiation,
    applicationProtocol: settled.applicationProtocol,
    serverName: config.serverName,
    clientCertificateType: settled.clientCertificateType,
    serverCertificateType: settled.serverCertificateType,
    signedCertificateTimestamps: settled.signedCertificateTimestamps,
    extraExtensions: settled.extraExtensions,
  }
}

type AfterServerHello =
  | 'ExpectCertificate'
  | 'ExpectPskParams'
  | 'ExpectPskHint'
  | 'ExpectRenewedTicket'
  | 'ExpectResumingChangeCipherSpec'

/** ServerHello: everything in it must be a choice among what was offered (RFC 5246 §7.4.1.3). */
export function receiveServerHello(
  context: ClientContext,
  { offer, offered }: StateOf<ClientState, 'ExpectServerHello'>,
  { message, through }: HandledEvent<'server_hello'>,
): Outcome<StateOf<ClientState, AfterServerHello>> {
  const { config } = context
  checkVersion(message)
  const duplicate = duplicateExtension(message.extensions)
  if (duplicate !== undefined) refuse('duplicate_extension', `extension ${duplicate} occurs twice in ServerHello`)
  const suite = checkChoices(message, offer)
  const resuming = isResumed(offer.sessionId, message.sessionId) ? offered : undefined
  const answered = acceptExtensions(answerable(offer), message.extensions ?? [], config)
  const settled = resuming === undefined ? answered : withSession(answered, resuming)
  checkTogether(settled, suite, config)
  checkPolicy(context, settled)
  const negotiated = negotiate(config, offer, message, suite, settled)
  const limits: readonly Action[] = [{ type: 'limitRecords', limits: limitsAtOnce(negotiated, 'client') }]
  if (resuming !== undefined) return resume(context, resuming, negotiated, through, limits)
  if (!showsCertificate(suite.keyExchange)) return expectPskFlight(negotiated, through, limits)
  return {
    state: {
      name: 'ExpectCertificate',
      transcript: through,
      negotiated,
      statusPromised: settled.statusPromised,
      certificateType: settled.serverCertificateType,
    },
    actions: limits,
  }
}
