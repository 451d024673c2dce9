import { Secret } from '../../bytes/secret.js'
import { decode } from '../../codec/codec.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../messages/client-key-exchange.js'
import type { ProtocolVersion } from '../../registry/protocol-version.js'
import type { HandledEvent } from '../event.js'
import { refuse } from '../fault.js'
import { ask } from '../flight.js'
import { deriveMasterSecret } from '../keys.js'
import type { Outcome, StateOf } from '../machine.js'
import { usesCurves } from '../negotiation.js'
import type { ServerContext } from './context.js'
import type { ServerState } from './states.js'

type State<N extends ServerState['name']> = StateOf<ServerState, N>

/** The client's certificate, or none: whether it may go without is decided before anything else of it is read. */
export function receiveCertificate(
  _context: ServerContext,
  { sent }: State<'ExpectClientCertificate'>,
  { message: { certificateList }, through }: HandledEvent<'certificate'>,
): Outcome<State<'ExpectClientKeyExchange'>> {
  const none = certificateList.length === 0
  if (none && sent.demand.required) {
    refuse('client_certificate_missing', 'the client has no certificate to show, and this server requires one')
  }
  const clientChain = none ? undefined : certificateList
  return { state: { name: 'ExpectClientKeyExchange', transcript: through, sent, clientChain }, actions: [] }
}

export function receiveClientKeyExchange(
  _context: ServerContext,
  { sent, clientChain }: State<'ExpectClientKeyExchange'>,
  { message: { body }, through: transcript }: HandledEvent<'client_key_exchange'>,
): Outcome<State<'AwaitKeyAgreement' | 'AwaitPreMasterDecryption'>> {
  const { keyMaterial, clientVersion, negotiated } = sent
  if (keyMaterial.type === 'key transport') {
    const { encryptedPreMasterSecret: encrypted } = decode(EncryptedPreMasterSecret, body)
    const { credential, substitutePreMaster } = keyMaterial
    return {
      state: { name: 'AwaitPreMasterDecryption', transcript, sent, clientChain, substitutePreMaster },
      actions: [ask('decryptPreMaster', { key: credential.key, encrypted, clientVersion })],
    }
  }
  const peerPublicKey = usesCurves(negotiated.suite.keyExchange)
    ? decode(ClientECDiffieHellmanPublic, body).ecdhYc
    : decode(ClientDiffieHellmanPublic, body).dhYc
  return {
    state: { name: 'AwaitKeyAgreement', transcript, sent, clientChain },
    actions: [ask('agreeKey', { keyShare: keyMaterial.keyShare, peerPublicKey })],
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
  const candidate = decrypted?.length === PRE_MASTER_SECRET_LENGTH ? decrypted : undefined
  const chosen = new Uint8Array(PRE_MASTER_SECRET_LENGTH)
  chosen[0] = version >> 8
  chosen[1] = version & 0xff
  substitute.use((random) => chosen.set(random.subarray(0, PRE_MASTER_SECRET_LENGTH - 2), 2))
  candidate?.use((bytes) => {
    const difference = ((bytes[0] ?? 0) ^ (version >> 8)) | ((bytes[1] ?? 0) ^ (version & 0xff))
    const keep = ((difference - 1) >> 8) & 0xff // 0xff where the version is right, 0 where it is not
    for (let i = 0; i < chosen.length; i++) chosen[i] = ((bytes[i] ?? 0) & keep) | ((chosen[i] ?? 0) & ~keep)
  })
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

function deriveKeys(
  { keySchedule }: ServerContext,
  { sent: { negotiated, demand }, clientChain, transcript }: State<'AwaitKeyAgreement' | 'AwaitPreMasterDecryption'>,
  preMasterSecret: Secret,
): AfterKeyExchange {
  const masterSecret = deriveMasterSecret(keySchedule, negotiated, preMasterSecret, transcript)
  const { clientRandom } = negotiated
  return {
    state:
      clientChain === undefined
        ? { name: 'ExpectClientChangeCipherSpec', transcript, negotiated, masterSecret, client: undefined }
        : { name: 'ExpectCertificateVerify', transcript, negotiated, masterSecret, demand, clientChain },
    actions: [{ type: 'logMasterSecret', clientRandom, masterSecret }],
  }
}
