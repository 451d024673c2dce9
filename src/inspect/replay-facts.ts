import { toLatin1 } from '../bytes/convert.js'
import { Secret } from '../bytes/secret.js'
import { type Codec, decode } from '../codec/codec.js'
import { recognizeGroup } from '../crypto/finite-field-groups.js'
import { type KeySchedule, keySchedule } from '../crypto/key-schedule.js'
import type { HashPrimitives } from '../crypto/primitives.js'
import type { SuiteParameters } from '../crypto/suite-parameters.js'
import type { HandshakeConfig } from '../handshake/negotiation.js'
import { usesPsk } from '../handshake/negotiation.js'
import type { ClientHello } from '../messages/client-hello.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from '../messages/client-key-exchange.js'
import { ProtocolNameList } from '../messages/extensions/application-layer-protocol-negotiation.js'
import { type Extension, findExtension } from '../messages/extensions/extension.js'
import { SignatureSchemeList } from '../messages/extensions/signature-algorithms.js'
import { decodeHandshakeBody, type HandshakeMessages } from '../messages/handshake.js'
import type { ServerHello } from '../messages/server-hello.js'
import { ExtensionType } from '../registry/extension-type.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import { NamedGroup, type NamedGroupName } from '../registry/named-group.js'
import type { CapturedHandshake } from './capture/captured-handshake.js'
import { tryServerParams } from './story.js'
import type { Side } from './trace.js'

/** A captured handshake with all that a replay needs, decoded. */
export interface ReplayFacts {
  readonly handshake: CapturedHandshake
  readonly suite: SuiteParameters
  readonly clientHello: ClientHello
  readonly serverHello: ServerHello
  /** The chain that each side showed; absent where it sent no Certificate. */
  readonly chain: Partial<Record<Side, readonly Uint8Array[]>>
  readonly certificateRequest: HandshakeMessages['certificate_request'] | undefined
  readonly serverParams: ReturnType<typeof tryServerParams>
  readonly certificateVerify: HandshakeMessages['certificate_verify'] | undefined
  readonly ocspResponse: Uint8Array | undefined
  /** The one field of ClientKeyExchange. */
  readonly clientShare: Uint8Array
  readonly schedule: KeySchedule
}

function find<N extends HandshakeTypeName>(
  { items }: CapturedHandshake,
  name: N,
  from?: Side,
): HandshakeMessages[N] | undefined {
  for (const item of items) {
    const fits = item.type === 'message' && item.name === name && (from === undefined || item.sender === from)
    if (fits) return decodeHandshakeBody(name, item.raw)
  }
  return undefined
}

function clientShare(suite: SuiteParameters, body: Uint8Array): Uint8Array {
  if (suite.keyExchange === 'RSA') return decode(EncryptedPreMasterSecret, body).encryptedPreMasterSecret
  if (suite.keyExchange === 'DHE_RSA') return decode(ClientDiffieHellmanPublic, body).dhYc
  return decode(ClientECDiffieHellmanPublic, body).ecdhYc
}

/** The key schedule of the RFCs, but for the master secret: that is the captured one. */
function scheduleWith(master: Secret, primitives: HashPrimitives): KeySchedule {
  const known = (): Secret => new Secret(master.use((bytes) => bytes.slice()))
  return { ...keySchedule(primitives), masterSecret: known, extendedMasterSecret: known }
}

/** Reads what a replay needs; in words why there can be none. Throws `MalformedError` for messages that do not decode. */
export function replayFacts(handshake: CapturedHandshake, primitives: HashPrimitives): ReplayFacts | string {
  const { suite, known, road } = handshake
  const [clientHello, serverHello] = [find(handshake, 'client_hello'), find(handshake, 'server_hello')]
  if (clientHello === undefined || serverHello === undefined) return 'a hello is not in the capture'
  if (suite === undefined) return 'the cipher suite is none of this library'
  if (known === undefined) return 'the master secret is not known'
  if (road !== 'full') return `the handshake is ${road}; full ones are replayed`
  if (usesPsk(suite.keyExchange)) return 'the key exchange is by a shared key'
  if (find(handshake, 'new_session_ticket') !== undefined)
    return 'the server issues a ticket, which ours does in its own way'
  const exchange = find(handshake, 'client_key_exchange')
  if (exchange === undefined) return 'no ClientKeyExchange is in the capture'
  const serverBody = find(handshake, 'server_key_exchange')?.body
  const [client, server] = [find(handshake, 'certificate', 'client'), find(handshake, 'certificate', 'server')]
  return {
    ...{ handshake, suite, clientHello, serverHello },
    chain: {
      ...(client === undefined ? {} : { client: client.certificateList }),
      ...(server === undefined ? {} : { server: server.certificateList }),
    },
    certificateRequest: find(handshake, 'certificate_request'),
    serverParams: serverBody === undefined ? undefined : tryServerParams(suite, serverBody),
    certificateVerify: find(handshake, 'certificate_verify'),
    ocspResponse: find(handshake, 'certificate_status')?.response,
    clientShare: clientShare(suite, exchange.body),
    schedule: scheduleWith(known.secret, primitives),
  }
}

const allGroups = Object.keys(NamedGroup) as NamedGroupName[] // Object.keys forgets that a registry's keys are its names

/** The group of ServerKeyExchange by name; `undefined` for a finite-field group that has none. */
function chosenGroup(params: ReplayFacts['serverParams']): NamedGroupName | undefined {
  if (params?.kind === 'ecdh') return allGroups.find((name) => NamedGroup[name] === params.params.namedCurve)
  const recognized = params === undefined ? undefined : recognizeGroup(params.params.dhP, params.params.dhG)
  return allGroups.find((name) => name === recognized)
}

const listed = <T>(
  extensions: readonly Extension[] | undefined,
  type: number,
  codec: Codec<readonly T[]>,
): readonly T[] => {
  const data = findExtension(extensions, type)
  return data === undefined || data.length === 0 ? [] : decode(codec, data)
}

/** What an end must have been configured with to say what it said: what it chose goes first, what it may meet follows. */
export function configOf(role: Side, facts: ReplayFacts): HandshakeConfig {
  const { suite, clientHello, serverHello, serverParams, certificateVerify } = facts
  const answered = (type: number): boolean => findExtension(serverHello.extensions, type) !== undefined
  const schemes = [serverParams?.signature.algorithm, certificateVerify?.algorithm].filter((one) => one !== undefined)
  const offered = listed(clientHello.extensions, ExtensionType.signature_algorithms, SignatureSchemeList)
  const group = chosenGroup(serverParams)
  const alpn = ExtensionType.application_layer_protocol_negotiation
  const protocols = listed(answered(alpn) ? serverHello.extensions : undefined, alpn, ProtocolNameList)
  return {
    cipherSuites: [suite],
    groups: group === undefined ? allGroups : [group, ...allGroups.filter((name) => name !== group)],
    signatureSchemes: [...new Set([...(role === 'server' ? schemes : schemes.toReversed()), ...offered])],
    applicationProtocols: protocols.map(toLatin1),
    extendedMasterSecret: answered(ExtensionType.extended_master_secret) ? 'prefer' : 'off',
    encryptThenMac: answered(ExtensionType.encrypt_then_mac),
    recordSizeLimit: undefined,
    // A server that keeps no session says so by an empty id (RFC 5246 §7.4.1.3).
    sessions: { ids: serverHello.sessionId.length > 0, tickets: false, withoutExtendedMasterSecret: 'resume' },
    clientCertificateTypes: ['X509'],
    serverCertificateTypes: ['X509'],
    onPeerClose: 'close',
    renegotiation: 'refuse',
    renegotiatedCertificate: 'same',
  }
}
