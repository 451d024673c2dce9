import { concat } from '../../bytes/convert.js'
import type { Secret } from '../../bytes/secret.js'
import { encode } from '../../codec/codec.js'
import type { KeyShareRequest } from '../../crypto/provider.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../messages/client-key-exchange.js'
import { ClientPskIdentity } from '../../messages/pre-shared-key.js'
import type { HandledEvent } from '../event.js'
import { refuse } from '../fault.js'
import { ask, Flight } from '../flight.js'
import { deriveConnectionKeys, deriveMasterSecret, derivePskMasterSecret, deriveVerifyData } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Transcript } from '../transcript.js'
import type { ClientContext } from './context.js'
import type { Agreed, ClientState } from './states.js'

/*
 * The client's second flight, in the order of RFC 5246 §7.3: [Certificate], ClientKeyExchange, [CertificateVerify],
 * ChangeCipherSpec, Finished. What must be asked of the environment on the way cuts it into steps.
 */

type State<N extends ClientState['name']> = StateOf<ClientState, N>

/** No share in parameters of the server's own making is the server's fault; none in a group that we offered is ours. */
function refuseKeyShare(request: KeyShareRequest): never {
  if ('group' in request) return refuse('internal_error', `the environment makes no key share in ${request.group}`)
  return refuse('dh_group_refused', "the server's Diffie-Hellman modulus is no safe prime of at least 2048 bits")
}

export function receiveKeyShare(
  _context: ClientContext,
  { agreed, serverShare, transcript }: State<'AwaitKeyShare'>,
  { answer: keyShare }: HandledEvent<'answer:generateKeyShare'>,
): Outcome<State<'AwaitKeyAgreement'>> {
  if (keyShare === undefined) return refuseKeyShare(serverShare.keyShare)
  return {
    state: { name: 'AwaitKeyAgreement', transcript, agreed, serverShare, keyShare },
    actions: [ask('agreeKey', { keyShare, peerPublicKey: serverShare.serverPublicKey })],
  }
}

export function receiveAgreedKey(
  context: ClientContext,
  { agreed, serverShare, keyShare, transcript }: State<'AwaitKeyAgreement'>,
  { answer: preMasterSecret }: HandledEvent<'answer:agreeKey'>,
): AfterOurFinished | Outcome<State<'AwaitSignature'>> {
  const finiteField = 'dh' in serverShare.keyShare
  if (preMasterSecret === undefined) {
    return finiteField
      ? refuse('bad_dh_public', "the server's Diffie-Hellman public value is out of range")
      : refuse('bad_key_share', "the server's public value is not a point of the group")
  }
  const body = finiteField
    ? encode(ClientDiffieHellmanPublic, { dhYc: keyShare.publicKey })
    : encode(ClientECDiffieHellmanPublic, { ecdhYc: keyShare.publicKey })
  return sendKeyExchange(context, agreed, transcript, body, preMasterSecret)
}

export function receiveEncryptedPreMaster(
  context: ClientContext,
  { agreed, transcript }: State<'AwaitPreMasterEncryption'>,
  { answer: { encrypted, preMasterSecret } }: HandledEvent<'answer:encryptPreMaster'>,
): AfterOurFinished | Outcome<State<'AwaitSignature'>> {
  const body = encode(EncryptedPreMasterSecret, { encryptedPreMasterSecret: encrypted })
  return sendKeyExchange(context, agreed, transcript, body, preMasterSecret)
}

/** All is said but what the server says last: a NewSessionTicket if it announced one (RFC 5077 §3.3). */
export type AfterOurFinished = Outcome<State<'ExpectNewSessionTicket' | 'ExpectServerChangeCipherSpec'>>

/** The master secret of what was exchanged, alone or mixed with the pre-shared key. */
function agreeOnMasterSecret(
  { keySchedule }: ClientContext,
  { negotiated, psk }: Agreed,
  exchanged: Secret | undefined,
  throughClientKeyExchange: Transcript,
): Secret {
  if (psk !== undefined) return derivePskMasterSecret(keySchedule, negotiated, exchanged, psk, throughClientKeyExchange)
  if (exchanged === undefined) return refuse('internal_error', 'a key exchange without a secret')
  return deriveMasterSecret(keySchedule, negotiated, exchanged, throughClientKeyExchange)
}

interface SecretSent {
  readonly flight: Flight
  readonly masterSecret: Secret
}

/** ClientKeyExchange, behind our Certificate where one was asked for. `exchanged`: the secret that `body` is about, if any. */
function sendSecret(
  context: ClientContext,
  agreed: Agreed,
  transcript: Transcript,
  body: Uint8Array,
  exchanged: Secret | undefined,
): SecretSent {
  const { negotiated, answer, psk } = agreed
  const flight = new Flight(transcript)
  if (answer.type !== 'not asked') {
    const certificateList = answer.type === 'credential' ? answer.credential.certificateChain : []
    flight.certificate(negotiated.clientCertificateType, certificateList)
  }
  flight.handshake('client_key_exchange', {
    body: psk === undefined ? body : encode(ClientPskIdentity, { pskIdentity: psk.identity, exchangeKeys: body }),
  })
  const masterSecret = agreeOnMasterSecret(context, agreed, exchanged, flight.transcript)
  flight.do({ type: 'logMasterSecret', clientRandom: negotiated.clientRandom, masterSecret })
  return { flight, masterSecret }
}

function sendKeyExchange(
  context: ClientContext,
  agreed: Agreed,
  transcript: Transcript,
  body: Uint8Array,
  exchanged: Secret,
): AfterOurFinished | Outcome<State<'AwaitSignature'>> {
  const { answer } = agreed
  const { flight, masterSecret } = sendSecret(context, agreed, transcript, body, exchanged)
  if (answer.type !== 'credential') return sendFinished(context, agreed, masterSecret, flight)

  // Everything sent and received so far is signed: whoever signs shows that it was here (RFC 5246 §7.4.8).
  const { credential, scheme } = answer
  flight.do(ask('sign', { key: credential.key, scheme, content: concat(...flight.transcript.messages) }))
  return {
    state: { name: 'AwaitSignature', transcript: flight.transcript, agreed, masterSecret, scheme },
    actions: flight.actions,
  }
}

/** The plain pre-shared key: its name is the whole exchange, and no certificate goes with it (RFC 4279 §2). */
export function sendPskIdentity(context: ClientContext, agreed: Agreed, transcript: Transcript): AfterOurFinished {
  const { flight, masterSecret } = sendSecret(context, agreed, transcript, new Uint8Array(), undefined)
  return sendFinished(context, agreed, masterSecret, flight)
}

export function receiveSignature(
  context: ClientContext,
  { agreed, masterSecret, scheme, transcript }: State<'AwaitSignature'>,
  { answer: signature }: HandledEvent<'answer:sign'>,
): AfterOurFinished {
  const flight = new Flight(transcript)
  flight.handshake('certificate_verify', { algorithm: scheme, signature })
  return sendFinished(context, agreed, masterSecret, flight)
}

function sendFinished(
  { keySchedule }: ClientContext,
  agreed: Agreed,
  masterSecret: Secret,
  flight: Flight,
): AfterOurFinished {
  const keys = deriveConnectionKeys(keySchedule, agreed.negotiated, masterSecret)
  flight.changeCipherSpec(keys.client)
  const verifyData = deriveVerifyData(keySchedule, agreed.negotiated, masterSecret, 'client', flight.transcript)
  flight.handshake('finished', { verifyData })
  const rest = { transcript: flight.transcript, agreed, masterSecret, ownVerifyData: verifyData, readKeys: keys.server }
  return {
    state: agreed.negotiated.sessionTicket
      ? { name: 'ExpectNewSessionTicket', ...rest }
      : { name: 'ExpectServerChangeCipherSpec', ...rest, newTicket: undefined },
    actions: flight.actions,
  }
}
