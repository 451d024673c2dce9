import { Secret } from '../../bytes/secret.js'
import { decode } from '../../codec/codec.js'
import type { PreSharedKey } from '../../crypto/pre-shared-key.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../messages/client-key-exchange.js'
import { ClientPskIdentity } from '../../messages/pre-shared-key.js'
import type { ProtocolVersion } from '../../registry/protocol-version.js'
import type { Action } from '../action.js'
import type { HandledEvent } from '../event.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import { deriveMasterSecret, derivePskMasterSecret } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import type { Negotiated } from '../negotiated.js'
import { usesCurves } from '../negotiation.js'
import type { ServerContext } from './context.js'
import type { KeyMaterial, ServerState } from './states.js'

const empty = new Uint8Array()

type State<N extends ServerState['name']> = StateOf<ServerState, N>

/** The client's certificate, or none: whether it may go without is decided before anything else of it is read. */
export function receiveCertificate(
  { config }: ServerContext,
  { sent, certificateType }: State<'ExpectClientCertificate'>,
  { message: { certificateList }, through }: HandledEvent<'certificate'>,
): Outcome<State<'ExpectClientKeyExchange'>> {
  const none = certificateList.length === 0
  if (none && sent.demand.required) {
    refuse('client_certificate_missing', 'the client has no certificate to show, and this server requires one')
  }
  // A client that does not know the extension shows X.509, whether that was meant or not.
  if (!none && !config.clientCertificateTypes.includes(certificateType)) {
    refuse('certificate_type_not_offered', `the client shows ${certificateType}, which policy does not accept`)
  }
  const clientChain = none ? undefined : certificateList
  return { state: { name: 'ExpectClientKeyExchange', transcript: through, sent, clientChain }, actions: [] }
}

/** ClientKeyExchange: under a PSK suite it begins with the name of a key, which has to be found first (RFC 4279 §2). */
export function receiveClientKeyExchange(
  _context: ServerContext,
  { sent, clientChain }: State<'ExpectClientKeyExchange'>,
  { message: { body }, through: transcript }: HandledEvent<'client_key_exchange'>,
): Outcome<State<'AwaitPsk' | 'AwaitKeyAgreement' | 'AwaitPreMasterDecryption'>> {
  if (sent.keyMaterial.type !== 'none' && sent.substitutePsk === undefined) {
    return openExchange({ sent, clientChain, transcript, psk: undefined }, sent.keyMaterial, body)
  }
  const { pskIdentity: identity, exchangeKeys } = decode(ClientPskIdentity, body)
  const { serverName } = sent.negotiated
  return {
    state: { name: 'AwaitPsk', transcript, sent, clientChain, exchangeKeys },
    actions: [ask('selectPsk', { role: 'server', identity, ...(serverName === undefined ? {} : { serverName }) })],
  }
}

type Exchange = Pick<State<'AwaitKeyAgreement'>, 'sent' | 'clientChain' | 'transcript' | 'psk'>

/** What the client's message holds besides the name of a key: a share for ours, or a secret to decrypt. */
function openExchange(
  exchange: Exchange,
  keyMaterial: Exclude<KeyMaterial, { type: 'none' }>,
  body: Uint8Array,
): Outcome<State<'AwaitKeyAgreement' | 'AwaitPreMasterDecryption'>> {
  const { clientVersion, negotiated } = exchange.sent
  if (keyMaterial.type === 'key transport') {
    const { encryptedPreMasterSecret: encrypted } = decode(EncryptedPreMasterSecret, body)
    const { credential, substitutePreMaster } = keyMaterial
    return {
      state: { name: 'AwaitPreMasterDecryption', ...exchange, substitutePreMaster },
      actions: [ask('decryptPreMaster', { key: credential.key, encrypted, clientVersion })],
    }
  }
  const peerPublicKey = usesCurves(negotiated.suite.keyExchange)
    ? decode(ClientECDiffieHellmanPublic, body).ecdhYc
    : decode(ClientDiffieHellmanPublic, body).dhYc
  return {
    state: { name: 'AwaitKeyAgreement', ...exchange },
    actions: [ask('agreeKey', { keyShare: keyMaterial.keyShare, peerPublicKey })],
  }
}

/** No such key: refused openly, or answered with a random one, which fails where a wrong key fails (RFC 4279 §2). */
function missingPsk({ config }: ServerContext, { sent }: State<'AwaitPsk'>): PreSharedKey {
  if (config.unknownPskIdentity === 'alert' || sent.substitutePsk === undefined) {
    return refuse('unknown_psk_identity', 'the client named a pre-shared key that this server does not have')
  }
  return { identity: empty, key: sent.substitutePsk }
}

export function receivePsk(
  context: ServerContext,
  state: State<'AwaitPsk'>,
  { answer }: HandledEvent<'answer:selectPsk'>,
): Outcome<State<'AwaitKeyAgreement' | 'AwaitPreMasterDecryption' | 'ExpectClientChangeCipherSpec'>> {
  const { sent, clientChain, transcript, exchangeKeys } = state
  const { keyMaterial, negotiated } = sent
  const psk = answer ?? missingPsk(context, state)
  if (keyMaterial.type !== 'none')
    return openExchange({ sent, clientChain, transcript, psk }, keyMaterial, exchangeKeys)
  if (exchangeKeys.length > 0) refuse('malformed_message', `${exchangeKeys.length} bytes follow the name of the key`)
  const masterSecret = derivePskMasterSecret(context.keySchedule, negotiated, undefined, psk, transcript)
  const { identity: pskIdentity } = psk
  return {
    state: {
      name: 'ExpectClientChangeCipherSpec',
      transcript,
      negotiated,
      masterSecret,
      pskIdentity,
      client: undefined,
    },
    actions: [logMasterSecret(negotiated, masterSecret)],
  }
}

export function receiveAgreedKey(
  context: ServerContext,
  state: State<'AwaitKeyAgreement'>,
  { answer: preMasterSecret }: HandledEvent<'answer:agreeKey'>,
): AfterKeyExchange {
  if (preMasterSecret !== undefined) return deriveKeys(context, state, preMasterSecret)
  return usesCurves(state.sent.negotiated.suite.keyExchange)
    ? refuse('bad_key_share', "the client's public value is not a point of the group")
    : refuse('bad_dh_public', "the client's Diffie-Hellman public value is out of range")
}

const PRE_MASTER_SECRET_LENGTH = 48

/**
 * The decrypted secret if it has the length and version that it must have, else the substitute under the right version:
 * the same work and no branch on its contents either way, so that the handshake goes on alike and fails at Finished
 * (RFC 5246 §7.4.7.1; Bleichenbacher, ROBOT). A length is a matter of the decrypting device, not of the padding.
 */
function choosePreMaster(decrypted: Secret | undefined, substitute: Secret, version: ProtocolVersion): Secret {
  const chosen = new Uint8Array(PRE_MASTER_SECRET_LENGTH)
  chosen[0] = version >> 8
  chosen[1] = version & 0xff
  substitute.use((random) => chosen.set(random.subarray(0, PRE_MASTER_SECRET_LENGTH - 2), 2))
  const keepRight = (bytes: Uint8Array): void => {
    const difference = ((bytes[0] ?? 0) ^ (version >> 8)) | ((bytes[1] ?? 0) ^ (version & 0xff))
    const keep = ((difference - 1) >> 8) & 0xff // 0xff where the version is right, 0 where it is not
    for (let i = 0; i < chosen.length; i++) chosen[i] = ((bytes[i] ?? 0) & keep) | ((chosen[i] ?? 0) & ~keep)
  }
  try {
    if (decrypted?.length === PRE_MASTER_SECRET_LENGTH) decrypted.use(keepRight)
  } catch {
    // No Secret, or one that was wiped: only right padding may have led here, so not even this may show.
  }
  return new Secret(chosen)
}

export function receiveDecryptedPreMaster(
  context: ServerContext,
  state: State<'AwaitPreMasterDecryption'>,
  { answer }: HandledEvent<'answer:decryptPreMaster'>,
): AfterKeyExchange {
  const { substitutePreMaster, sent } = state
  return deriveKeys(context, state, choosePreMaster(answer, substitutePreMaster, sent.clientVersion))
}

/** A device that refuses must look to the client exactly like bad padding. */
export function receiveDecryptionRefused(
  context: ServerContext,
  state: State<'AwaitPreMasterDecryption'>,
  _event: HandledEvent<'need_refused'>,
): AfterKeyExchange {
  const { substitutePreMaster, sent } = state
  return deriveKeys(context, state, choosePreMaster(undefined, substitutePreMaster, sent.clientVersion))
}

type AfterKeyExchange = Outcome<State<'ExpectCertificateVerify' | 'ExpectClientChangeCipherSpec'>>

const logMasterSecret = ({ clientRandom }: Negotiated, masterSecret: Secret): Action => ({
  type: 'logMasterSecret',
  clientRandom,
  masterSecret,
})

function deriveKeys(
  { keySchedule }: ServerContext,
  {
    sent: { negotiated, demand },
    clientChain,
    transcript,
    psk,
  }: State<'AwaitKeyAgreement' | 'AwaitPreMasterDecryption'>,
  exchanged: Secret,
): AfterKeyExchange {
  const masterSecret =
    psk === undefined
      ? deriveMasterSecret(keySchedule, negotiated, exchanged, transcript)
      : derivePskMasterSecret(keySchedule, negotiated, exchanged, psk, transcript)
  const keyed = { transcript, negotiated, masterSecret, pskIdentity: psk?.identity }
  return {
    state:
      clientChain === undefined
        ? { name: 'ExpectClientChangeCipherSpec', ...keyed, client: undefined }
        : { name: 'ExpectCertificateVerify', ...keyed, demand, clientChain },
    actions: [logMasterSecret(negotiated, masterSecret)],
  }
}
