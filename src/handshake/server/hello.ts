import { concat } from '../../bytes/convert.js'
import { encode } from '../../codec/codec.js'
import { finiteFieldGroup, isFfdheGroup } from '../../crypto/finite-field-groups.js'
import type { Credential } from '../../crypto/key-types.js'
import type { KeyShare } from '../../crypto/provider.js'
import { DigitallySigned } from '../../messages/digitally-signed.js'
import { ServerDHParams, ServerECDHParams } from '../../messages/server-key-exchange.js'
import { ECCurveType } from '../../registry/ec-curve-type.js'
import { NamedGroup, type NamedGroupName } from '../../registry/named-group.js'
import type { HandledEvent } from '../event.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { chooseSuite, credentialRequest, findCommon } from './choice.js'
import type { ServerConfig, ServerContext } from './context.js'
import { sendHelloFlight } from './hello-flight.js'
import { type ClientOffer, readOffer } from './offer.js'
import type { ServerState } from './states.js'

/*
 * From ClientHello to ServerHelloDone:
 *  1. read the offer, and find what both sides have in common;
 *  2. ask for the credential to show, and settle the suite that it can serve;
 *  3. where the exchange is ephemeral, ask for a key share, and for the signature over it;
 *  4. send everything in one flight (hello-flight.ts).
 */

type State<N extends ServerState['name']> = StateOf<ServerState, N>

export const begin = (
  _context: ServerContext,
  _state: State<'Start'>,
  { entropy }: HandledEvent<'start'>,
): Outcome<State<'ExpectClientHello'>> => ({ state: { name: 'ExpectClientHello', entropy }, actions: [] })

/** ALPN: our most preferred protocol that the client names; naming none of ours is fatal (RFC 7301 §3.2, and ALPACA). */
function chooseProtocol({ applicationProtocols }: ServerConfig, offer: ClientOffer): string | undefined {
  if (applicationProtocols.length === 0 || offer.applicationProtocols === undefined) return undefined
  return (
    applicationProtocols.find((protocol) => offer.applicationProtocols?.includes(protocol)) ??
    refuse('no_application_protocol', `the client speaks none of ${applicationProtocols.join(', ')}`)
  )
}

export function receiveClientHello(
  { config }: ServerContext,
  { entropy }: State<'ExpectClientHello'>,
  { message, through }: HandledEvent<'client_hello'>,
): Outcome<State<'AwaitCredential'>> {
  const offer = readOffer(message)
  if (config.extendedMasterSecret === 'require' && !offer.extendedMasterSecret) {
    refuse('extended_master_secret_missing', 'the client does not know extended_master_secret; policy requires it')
  }
  const common = findCommon(config, offer)
  const applicationProtocol = chooseProtocol(config, offer)
  return {
    state: { name: 'AwaitCredential', transcript: through, entropy, offer, common, applicationProtocol },
    actions: [ask('selectCredential', credentialRequest(common, offer.serverName))],
  }
}

function negotiate(
  { config }: ServerContext,
  { entropy, offer, applicationProtocol }: State<'AwaitCredential'>,
  suite: Negotiated['suite'],
): Negotiated {
  return {
    suite,
    clientRandom: offer.random,
    serverRandom: entropy.random,
    sessionId: new Uint8Array(),
    extendedMasterSecret: offer.extendedMasterSecret && config.extendedMasterSecret !== 'off',
    secureRenegotiation: offer.secureRenegotiation,
    applicationProtocol,
    serverName: offer.serverName,
  }
}

const missingCredential = (serverName: string | undefined): never =>
  refuse(
    'no_credential',
    `no credential fits what the client offers${serverName === undefined ? '' : ` for ${JSON.stringify(serverName)}`}`,
  )

export function receiveCredential(
  context: ServerContext,
  state: State<'AwaitCredential'>,
  { answer }: HandledEvent<'answer:selectCredential'>,
): Outcome<State<'AwaitKeyShare' | 'ExpectClientCertificate' | 'ExpectClientKeyExchange'>> {
  const { entropy, offer, common, transcript } = state
  const credential: Credential = answer ?? missingCredential(offer.serverName)
  const choice = chooseSuite(common, credential)
  const settled = { negotiated: negotiate(context, state, choice.suite), credential, offer }
  if (choice.type === 'key transport') {
    const { substitutePreMaster } = entropy
    return sendHelloFlight(context, settled, { type: 'key transport', credential, substitutePreMaster }, transcript)
  }
  const { group, scheme } = choice
  return {
    state: { name: 'AwaitKeyShare', transcript, settled, group, scheme },
    actions: [ask('generateKeyShare', { group })],
  }
}

function encodeParams(group: NamedGroupName, { publicKey }: KeyShare): Uint8Array {
  if (!isFfdheGroup(group)) {
    return encode(ServerECDHParams, {
      curveType: ECCurveType.named_curve,
      namedCurve: NamedGroup[group],
      publicKey,
    })
  }
  const { p, g } = finiteFieldGroup(group)
  return encode(ServerDHParams, { dhP: p, dhG: g, dhYs: publicKey })
}

export function receiveKeyShare(
  _context: ServerContext,
  { settled, group, scheme, transcript }: State<'AwaitKeyShare'>,
  { answer }: HandledEvent<'answer:generateKeyShare'>,
): Outcome<State<'AwaitSignature'>> {
  const keyShare = answer ?? refuse('internal_error', `the environment makes no key share in ${group}`)
  const encodedParams = encodeParams(group, keyShare)
  const { clientRandom, serverRandom } = settled.negotiated
  const content = concat(clientRandom, serverRandom, encodedParams)
  return {
    state: { name: 'AwaitSignature', transcript, settled, keyShare, encodedParams, scheme },
    actions: [ask('sign', { key: settled.credential.key, scheme, content })],
  }
}

export function receiveSignature(
  context: ServerContext,
  { settled, keyShare, encodedParams, scheme, transcript }: State<'AwaitSignature'>,
  { answer: signature }: HandledEvent<'answer:sign'>,
): Outcome<State<'ExpectClientCertificate' | 'ExpectClientKeyExchange'>> {
  const body = concat(encodedParams, encode(DigitallySigned, { algorithm: scheme, signature }))
  return sendHelloFlight(context, settled, { type: 'ephemeral', keyShare, body }, transcript)
}
