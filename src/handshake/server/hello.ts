import { concat } from '../../bytes/convert.js'
import { encode } from '../../codec/codec.js'
import { finiteFieldGroup, isFfdheGroup } from '../../crypto/finite-field-groups.js'
import type { Credential } from '../../crypto/key-types.js'
import type { KeyShare } from '../../crypto/provider.js'
import type { SuiteParameters } from '../../crypto/suite-parameters.js'
import { DigitallySigned } from '../../messages/digitally-signed.js'
import { ServerDHParams, ServerECDHParams } from '../../messages/server-key-exchange.js'
import { ECCurveType } from '../../registry/ec-curve-type.js'
import { NamedGroup, type NamedGroupName } from '../../registry/named-group.js'
import type { HandledEvent } from '../event.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { mayResume } from '../session-policy.js'
import type { Transcript } from '../transcript.js'
import { agreedAnyway, answeredClientType, certificateTypeOf, checkCertificateType } from './agree.js'
import { chooseSuite, type PskChoice } from './choice.js'
import type { ServerConfig, ServerContext } from './context.js'
import { sendHelloFlight, sendPskFlight } from './hello-flight.js'
import type { ServerState, Settled, Signer } from './states.js'

/*
 * From ClientHello to ServerHelloDone:
 *  1. find what both sides have in common, and unless the suite of choice needs none, ask for the credential to show
 *     (client-hello.ts);
 *  2. settle the suite that the credential can serve;
 *  3. where the exchange is ephemeral, ask for a key share, and for the signature over it if a certificate goes with it;
 *  4. send everything in one flight (hello-flight.ts).
 */

type State<N extends ServerState['name']> = StateOf<ServerState, N>

function negotiate(heard: Heard, suite: SuiteParameters, credential: Credential | undefined): Negotiated {
  const { terms, entropy, offer } = heard
  const extendedMasterSecret = offer.extendedMasterSecret && terms.extendedMasterSecret !== 'off'
  const keeps = mayResume(terms.sessions, extendedMasterSecret)
  const sessionTicket = keeps && terms.sessions.tickets && offer.ticket !== undefined
  return {
    // A client that is given a ticket needs no id (RFC 5077 §3.4).
    sessionId: keeps && terms.sessions.ids && !sessionTicket ? entropy.sessionId : new Uint8Array(),
    sessionTicket,
    extendedMasterSecret,
    clientCertificateType: answeredClientType(terms, offer, suite) ?? 'X509',
    serverCertificateType: certificateTypeOf(credential),
    signedCertificateTimestamps: offer.timestampsRequested ? credential?.signedCertificateTimestamps : undefined,
    ...agreedAnyway(heard, suite),
  }
}

/** A ClientHello that was found acceptable, and what both sides have in common. */
export type Heard = Omit<State<'AwaitCredential'>, 'name'>

const settle = (heard: Heard, suite: SuiteParameters, credential: Credential | undefined): Settled => ({
  negotiated: negotiate(heard, suite, credential),
  credential,
  offer: heard.offer,
  terms: heard.terms,
  substitute: heard.entropy.substitutePreMaster,
})

/** No certificate: with a group our key share comes first, without one there is nothing more to make. */
export function settleWithoutCertificate(
  heard: Heard,
  { suite, group }: PskChoice,
): Outcome<State<'AwaitKeyShare' | 'ExpectClientKeyExchange'>> {
  const settled = settle(heard, suite, undefined)
  return group === undefined
    ? sendPskFlight(settled, { type: 'none' }, heard.transcript)
    : makeKeyShare(settled, group, undefined, heard.transcript)
}

const makeKeyShare = (
  settled: Settled,
  group: NamedGroupName,
  signer: Signer | undefined,
  transcript: Transcript,
): Outcome<State<'AwaitKeyShare'>> => ({
  state: { name: 'AwaitKeyShare', transcript, settled, group, signer },
  actions: [ask('generateKeyShare', { group })],
})

const missingCredential = ({ unrecognizedName }: ServerConfig, serverName: string | undefined): never =>
  refuse(
    serverName !== undefined && unrecognizedName === 'refuse' ? 'unrecognized_name' : 'no_credential',
    `no credential fits what the client offers${serverName === undefined ? '' : ` for ${JSON.stringify(serverName)}`}`,
  )

export function receiveCredential(
  _context: ServerContext,
  state: State<'AwaitCredential'>,
  { answer }: HandledEvent<'answer:selectCredential'>,
): Outcome<State<'AwaitKeyShare' | 'ExpectClientCertificate' | 'ExpectClientKeyExchange'>> {
  const { entropy, offer, terms, common, transcript } = state
  if (answer !== undefined) checkCertificateType(terms, offer, answer)
  const choice = chooseSuite(common, answer, () => missingCredential(terms, offer.serverName))
  if (choice.type === 'pre-shared key') return settleWithoutCertificate(state, choice)
  if (choice.type === 'key transport') {
    const { suite, credential } = choice
    const { substitutePreMaster } = entropy
    const settled = settle(state, suite, credential)
    return sendHelloFlight(settled, { type: 'key transport', credential, substitutePreMaster }, transcript)
  }
  const { suite, group, signer } = choice
  return makeKeyShare(settle(state, suite, signer.credential), group, signer, transcript)
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
  { settled, group, signer, transcript }: State<'AwaitKeyShare'>,
  { answer }: HandledEvent<'answer:generateKeyShare'>,
): Outcome<State<'AwaitSignature' | 'ExpectClientKeyExchange'>> {
  const keyShare = answer ?? refuse('internal_error', `the environment makes no key share in ${group}`)
  const encodedParams = encodeParams(group, keyShare)
  if (signer === undefined) {
    return sendPskFlight(settled, { type: 'ephemeral', keyShare, body: encodedParams }, transcript)
  }
  const { clientRandom, serverRandom } = settled.negotiated
  const content = concat(clientRandom, serverRandom, encodedParams)
  return {
    state: { name: 'AwaitSignature', transcript, settled, keyShare, encodedParams, signer },
    actions: [ask('sign', { key: signer.credential.key, scheme: signer.scheme, content })],
  }
}

export function receiveSignature(
  _context: ServerContext,
  { settled, keyShare, encodedParams, signer, transcript }: State<'AwaitSignature'>,
  { answer: signature }: HandledEvent<'answer:sign'>,
): Outcome<State<'ExpectClientCertificate' | 'ExpectClientKeyExchange'>> {
  const body = concat(encodedParams, encode(DigitallySigned, { algorithm: signer.scheme, signature }))
  return sendHelloFlight(settled, { type: 'ephemeral', keyShare, body }, transcript)
}
