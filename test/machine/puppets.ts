/** The machines under test, each with a puppet for its peer. */
import { concat } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { encode } from '../../src/codec/codec.js'
import { finiteFieldGroup } from '../../src/crypto/finite-field-groups.js'
import type { ClientContext } from '../../src/handshake/client/context.js'
import type { ClientState } from '../../src/handshake/client/states.js'
import { clientStep } from '../../src/handshake/client/table.js'
import { quietClientExtensions, quietServerExtensions } from '../../src/handshake/quiet-extensions.js'
import type { ServerContext } from '../../src/handshake/server/context.js'
import type { ServerState } from '../../src/handshake/server/states.js'
import { serverStep } from '../../src/handshake/server/table.js'
import { Transcript } from '../../src/handshake/transcript.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../../src/messages/client-key-exchange.js'
import { DigitallySigned } from '../../src/messages/digitally-signed.js'
import type { Extension } from '../../src/messages/extensions/extension.js'
import { SignatureSchemeList } from '../../src/messages/extensions/signature-algorithms.js'
import { NamedGroupList } from '../../src/messages/extensions/supported-groups.js'
import { encodeHandshake } from '../../src/messages/handshake.js'
import { ClientPskIdentity, ServerPskParams } from '../../src/messages/pre-shared-key.js'
import { ServerDHParams, ServerECDHParams } from '../../src/messages/server-key-exchange.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { NamedGroup } from '../../src/registry/named-group.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { fakeCredential } from '../support/fake-environment.js'
import { fakePrivateKey, fakePublicKey } from '../support/fake-provider.js'
import { happenings } from './happenings.js'
import {
  asPolicyHasIt,
  CLIENT_RANDOM,
  hasProved,
  innermost,
  type Messages,
  renegotiated,
  renegotiationInfo,
  SERVER_RANDOM,
  wishes,
} from './renegotiation-puppet.js'
import { resumptionVariants, startWithSession } from './resumption-puppet.js'
import {
  clientIdentity,
  environmentFor,
  markedSchedule,
  markedSession,
  ocspResponse,
  provider,
  type Scenario,
  type Subject,
  serverIdentity,
  sharedKey,
  suiteFor,
  type Variant,
} from './subject.js'

const schemes = [SignatureScheme.ecdsa_secp256r1_sha256, SignatureScheme.rsa_pss_rsae_sha256]

const config = (scenario: Scenario) => ({
  cipherSuites: [suiteFor(scenario.keyExchange)],
  groups: ['x25519', 'secp256r1', 'ffdhe2048'] as const,
  signatureSchemes: schemes,
  applicationProtocols: [],
  extendedMasterSecret: 'prefer' as const,
  onPeerClose: scenario.onPeerClose,
  renegotiation: scenario.renegotiation,
  renegotiatedCertificate: 'same' as const,
  sessions: {
    ids: scenario.resumption === 'session id',
    tickets: scenario.resumption === 'ticket',
    withoutExtendedMasterSecret: 'refuse' as const,
  },
})

/** Whether a review goes before has nothing to do with what follows, so it is tried with some. */
const isReviewed = ({ keyExchange, clientAuthentication }: Scenario): boolean =>
  keyExchange === 'ECDHE_ECDSA' || (keyExchange.endsWith('PSK') && clientAuthentication === 'request')

const clientContext = (scenario: Scenario): ClientContext => ({
  config: {
    ...config(scenario),
    ...quietClientExtensions,
    serverName: 'localhost',
    requestCertificateStatus: scenario.status,
    secureRenegotiation: 'require',
    otherDhGroups: 'refuse',
    strayHelloRequest: 'ignore',
    fallback: false,
  },
  keySchedule: markedSchedule,
})

const serverContext = (scenario: Scenario): ServerContext => ({
  config: {
    ...config(scenario),
    ...quietServerExtensions,
    reviewClientHello: isReviewed(scenario),
    clientAuthentication: scenario.clientAuthentication,
    certificateAuthorities: [],
    pskIdentityHint: undefined,
    unknownPskIdentity: 'hide',
  },
  keySchedule: markedSchedule,
})

const extension = (extensionType: number, extensionData: Uint8Array = new Uint8Array()): Extension => ({
  extensionType,
  extensionData,
})

const extendedMasterSecret = extension(ExtensionType.extended_master_secret)

/** The key shares of the puppets, in a form that the machines accept. */
function shares({ keyExchange }: Scenario): { readonly server: Uint8Array; readonly client: Uint8Array } {
  if (keyExchange.startsWith('DHE')) {
    const { p, g } = finiteFieldGroup('ffdhe2048')
    return {
      server: encode(ServerDHParams, { dhP: p, dhG: g, dhYs: new Uint8Array(p.length).fill(0x7e) }),
      client: encode(ClientDiffieHellmanPublic, { dhYc: new Uint8Array(p.length).fill(0x7d) }),
    }
  }
  const params = { curveType: 3, namedCurve: NamedGroup.x25519, publicKey: new Uint8Array(32).fill(0x7c) }
  return {
    server: encode(ServerECDHParams, params),
    client: encode(ClientECDiffieHellmanPublic, { ecdhYc: new Uint8Array(32).fill(0x7b) }),
  }
}

function sign(scenario: Scenario, params: Uint8Array): Uint8Array {
  const identity = serverIdentity(scenario)
  const key = fakePrivateKey(identity.keyType, identity.name, identity.curve)
  const [algorithm = 0] = schemes.slice(identity.keyType === 'rsa' ? 1 : 0)
  const signature = key.sign(algorithm, concat(CLIENT_RANDOM, SERVER_RANDOM, params))
  if (signature instanceof Promise) throw new Error('fake keys sign at once')
  return concat(params, encode(DigitallySigned, { algorithm, signature }))
}

function encryptedPreMaster(scenario: Scenario): Uint8Array {
  const { keyType, name } = serverIdentity(scenario)
  const answer = provider.encryptPreMaster(fakePublicKey(keyType, name), 0x0303)
  if (answer instanceof Promise) throw new Error('the fake provider encrypts at once')
  return encode(EncryptedPreMasterSecret, { encryptedPreMasterSecret: answer.encrypted })
}

function keyExchanges(scenario: Scenario): Pick<Messages, 'server_key_exchange' | 'client_key_exchange'> {
  const { keyExchange } = scenario
  const { server, client } = shares(scenario)
  const alone = keyExchange === 'PSK' || keyExchange === 'RSA_PSK'
  const exchangeKeys = keyExchange.startsWith('RSA') ? encryptedPreMaster(scenario) : client
  if (!keyExchange.endsWith('PSK')) {
    return { server_key_exchange: { body: sign(scenario, server) }, client_key_exchange: { body: exchangeKeys } }
  }
  const hinted = { pskIdentityHint: Uint8Array.of(0x68, 0x69), params: alone ? new Uint8Array() : server }
  const named = {
    pskIdentity: sharedKey.identity,
    exchangeKeys: keyExchange === 'PSK' ? new Uint8Array() : exchangeKeys,
  }
  return {
    server_key_exchange: { body: encode(ServerPskParams, hinted) },
    client_key_exchange: { body: encode(ClientPskIdentity, named) },
  }
}
/** The transcript of a state that has one. */
const transcriptOf = (state: object): Transcript =>
  'transcript' in state && state.transcript instanceof Transcript ? state.transcript : Transcript.empty

/** What the peer's Finished must hold, where the state has a master secret; something of its length elsewhere. */
function verifyData(state: object, scenario: Scenario, sender: 'client' | 'server'): Uint8Array {
  if (!('masterSecret' in state && state.masterSecret instanceof Secret)) return new Uint8Array(12)
  const { prfHash } = suiteFor(scenario.keyExchange)
  const hash = transcriptOf(state).hash(markedSchedule, prfHash)
  return markedSchedule.verifyData(prfHash, state.masterSecret, sender, hash)
}

function certificateVerify(state: object): Messages['certificate_verify'] {
  const { keyType, name, curve } = clientIdentity
  const algorithm = SignatureScheme.ecdsa_secp256r1_sha256
  const signature = fakePrivateKey(keyType, name, curve).sign(algorithm, concat(...transcriptOf(state).messages))
  if (signature instanceof Promise) throw new Error('fake keys sign at once')
  return { algorithm, signature }
}

/** A message of every type, right for a peer of this role in this state wherever one of its type may come. */
function messagesFor(scenario: Scenario, state: object, sender: 'client' | 'server'): Messages {
  const { cipherSuite } = suiteFor(scenario.keyExchange)
  const chainOwner = sender === 'client' ? clientIdentity : serverIdentity(scenario)
  return {
    hello_request: {},
    client_hello: {
      clientVersion: 0x0303,
      random: CLIENT_RANDOM,
      sessionId: new Uint8Array(),
      cipherSuites: [cipherSuite],
      compressionMethods: [0],
      extensions: [
        renegotiationInfo(state, 'client'),
        extendedMasterSecret,
        extension(ExtensionType.supported_groups, encode(NamedGroupList, [NamedGroup.x25519, NamedGroup.secp256r1])),
        extension(ExtensionType.signature_algorithms, encode(SignatureSchemeList, schemes)),
        ...(scenario.status ? [extension(ExtensionType.status_request, Uint8Array.of(1, 0, 0, 0, 0))] : []),
        ...(scenario.resumption === 'ticket' ? [extension(ExtensionType.session_ticket)] : []),
      ],
    },
    server_hello: {
      serverVersion: 0x0303,
      random: SERVER_RANDOM,
      sessionId: new Uint8Array(),
      cipherSuite,
      compressionMethod: 0,
      extensions: [
        renegotiationInfo(state, 'server'),
        extendedMasterSecret,
        ...(scenario.status ? [extension(ExtensionType.status_request)] : []),
        ...(scenario.resumption === 'ticket' ? [extension(ExtensionType.session_ticket)] : []),
      ],
    },
    new_session_ticket: { ticketLifetimeHint: 0, ticket: Uint8Array.of(1) },
    certificate: { certificateList: fakeCredential(chainOwner).certificateChain },
    ...keyExchanges(scenario),
    certificate_request: {
      certificateTypes: [64, 1],
      supportedSignatureAlgorithms: schemes,
      certificateAuthorities: [],
    },
    server_hello_done: {},
    certificate_verify: certificateVerify(innermost(state)),
    finished: { verifyData: verifyData(innermost(state), scenario, sender) },
    certificate_status: { statusType: 1, response: ocspResponse },
  }
}

const isName = (name: string): name is HandshakeTypeName => name in HandshakeType

/** The messages of `messagesFor`, with some variants that a state where their type belongs must refuse. */
function messageVariants(
  scenario: Scenario,
  state: { readonly name: string },
  sender: 'client' | 'server',
): readonly Variant[] {
  const messages = messagesFor(scenario, state, sender)
  const empty = encodeHandshake('certificate', { certificateList: [] })
  const mustProve = scenario.clientAuthentication === 'require' || hasProved(renegotiated(state))
  const mayBeEmpty = sender === 'client' && !mustProve
  const missing =
    sender === 'client' ? ('client_certificate_missing' as const) : ('server_certificate_missing' as const)
  const wrong = messages.finished.verifyData.map((byte) => byte ^ 1)
  return [
    ...Object.keys(messages)
      .filter(isName)
      .map((type): Variant => ({ label: type, event: { type, raw: encodeHandshake(type, messages[type]) } })),
    ...wishes(state, messages),
    { label: 'no certificate', event: { type: 'certificate', raw: empty }, ...(mayBeEmpty ? {} : { fault: missing }) },
    {
      label: 'wrong Finished',
      event: { type: 'finished', raw: encodeHandshake('finished', { verifyData: wrong }) },
      fault: 'bad_finished',
    },
  ]
}

const ephemeralOf = ({ keyExchange }: Scenario) => (keyExchange.startsWith('DHE') ? 'dh' : 'ecdh')

const resumptionLabel = ({ resumption }: Scenario): string => (resumption === undefined ? '' : ` by ${resumption}`)

export function clientSubject(scenario: Scenario): Subject<ClientState> {
  const context = clientContext(scenario)
  const environment = environmentFor(scenario, scenario.status)
  const session = () => markedSession(scenario, 'server')
  return {
    label: `client ${scenario.keyExchange}${scenario.status ? ' with status' : ''}${resumptionLabel(scenario)}`,
    keyExchange: scenario.keyExchange,
    context,
    renegotiates: scenario.renegotiation === 'freely',
    initial: { name: 'Start' },
    step: (state, event) => clientStep(context, state, event),
    variants: (state, need) =>
      [
        ...messageVariants(scenario, state, 'server'),
        ...resumptionVariants(scenario, state, messagesFor(scenario, state, 'server')),
        ...startWithSession(scenario),
        ...happenings('client', state, environment, need, ephemeralOf(scenario), session),
      ].map((variant) => asPolicyHasIt(scenario, state, 'hello_request', variant)),
  }
}

export function serverSubject(scenario: Scenario): Subject<ServerState> {
  const context = serverContext(scenario)
  const environment = environmentFor(scenario, scenario.status)
  const session = () => markedSession(scenario, 'client')
  return {
    label: `server ${scenario.keyExchange}, ${scenario.clientAuthentication}${scenario.status ? ' with status' : ''}${resumptionLabel(scenario)}`,
    keyExchange: scenario.keyExchange,
    context,
    renegotiates: scenario.renegotiation === 'freely',
    initial: { name: 'Start' },
    step: (state, event) => serverStep(context, state, event),
    variants: (state, need) =>
      [
        ...messageVariants(scenario, state, 'client'),
        ...resumptionVariants(scenario, state, messagesFor(scenario, state, 'client')),
        ...happenings('server', state, environment, need, ephemeralOf(scenario), session),
      ].map((variant) => asPolicyHasIt(scenario, state, 'client_hello', variant)),
  }
}
