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
import { recordLimitsOf } from '../record-limits.js'
import { agreeLengths, answeredClientType, certificateTypeOf, checkCertificateType } from './agree.js'
import { chooseSuite } from './choice.js'
import type { ServerConfig, ServerContext } from './context.js'
import { sendHelloFlight } from './hello-flight.js'
import type { ServerState } from './states.js'

/*
 * From ClientHello to ServerHelloDone:
 *  1. find what both sides have in common, and ask for the credential to show (client-hello.ts);
 *  2. settle the suite that the credential can serve;
 *  3. where the exchange is ephemeral, ask for a key share, and for the signature over it;
 *  4. send everything in one flight (hello-flight.ts).
 */

type State<N extends ServerState['name']> = StateOf<ServerState, N>

function negotiate(
  { terms, entropy, offer, applicationProtocol }: State<'AwaitCredential'>,
  suite: SuiteParameters,
  credential: Credential,
): Negotiated {
  return {
    suite,
    clientRandom: offer.random,
    serverRandom: entropy.random,
    sessionId: new Uint8Array(),
    extendedMasterSecret: offer.extendedMasterSecret && terms.extendedMasterSecret !== 'off',
    // A suite whose records are no CBC has its integrity built in: then the extension is not answered (RFC 7366 §3).
    encryptThenMac: offer.encryptThenMac && terms.encryptThenMac && suite.bulk.type === 'block',
    recordLimits: recordLimitsOf(agreeLengths(terms, offer)),
    secureRenegotiation: offer.secureRenegotiation,
    applicationProtocol,
    serverName: offer.serverName,
    clientCertificateType: answeredClientType(terms, offer) ?? 'X509',
    serverCertificateType: certificateTypeOf(credential),
    signedCertificateTimestamps: offer.timestampsRequested ? credential.signedCertificateTimestamps : undefined,
    extraExtensions: [],
  }
}

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
  const credential: Credential = answer ?? missingCredential(terms, offer.serverName)
  checkCertificateType(terms, offer, credential)
  const choice = chooseSuite(common, credential)
  const settled = { negotiated: negotiate(state, choice.suite, credential), credential, offer, terms }
  if (choice.type === 'key transport') {
    const { substitutePreMaster } = entropy
    return sendHelloFlight(settled, { type: 'key transport', credential, substitutePreMaster }, transcript)
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
  _context: ServerContext,
  { settled, keyShare, encodedParams, scheme, transcript }: State<'AwaitSignature'>,
  { answer: signature }: HandledEvent<'answer:sign'>,
): Outcome<State<'ExpectClientCertificate' | 'ExpectClientKeyExchange'>> {
  const body = concat(encodedParams, encode(DigitallySigned, { algorithm: scheme, signature }))
  return sendHelloFlight(settled, { type: 'ephemeral', keyShare, body }, transcript)
}
