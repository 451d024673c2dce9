/** What our reader tells of a connection, in the form in which tshark's reading can be put beside it. */
import { toHex } from '../../src/bytes/convert.js'
import { decode } from '../../src/codec/codec.js'
import { suiteParameters } from '../../src/crypto/suite-parameters.js'
import type { ConnectionStory } from '../../src/inspect/capture/connection-story.js'
import { readServerKeyExchange } from '../../src/inspect/key-exchange-bodies.js'
import { RawPublicKey } from '../../src/messages/certificate.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { ProtocolNameList } from '../../src/messages/extensions/application-layer-protocol-negotiation.js'
import { type Extension, findExtension } from '../../src/messages/extensions/extension.js'
import { ServerNameList } from '../../src/messages/extensions/server-name.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import type { ServerHello } from '../../src/messages/server-hello.js'
import { CertificateType } from '../../src/registry/certificate-type.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'
import type { SeenConnection, SeenMessage } from '../../vectors/seen.js'
import type { Read } from './reading.js'

type Message = Extract<ConnectionStory['entries'][number], { type: 'message' }>

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** supported_versions, which this library has no codec for: a list in ClientHello, one in ServerHello (RFC 8446 §4.2.1). */
function versionsIn(data: Uint8Array, isList: boolean): number[] {
  const list = isList ? data.subarray(1) : data
  return Array.from({ length: list.length / 2 }, (_, at) => ((list[2 * at] ?? 0) << 8) | (list[2 * at + 1] ?? 0))
}

function extensionsOf(extensions: readonly Extension[] = [], isClient: boolean): Partial<SeenMessage> {
  const versions = findExtension(extensions, ExtensionType.supported_versions)
  const protocols = findExtension(extensions, ExtensionType.application_layer_protocol_negotiation)
  const names = findExtension(extensions, ExtensionType.server_name)
  const [name] = names === undefined || names.length === 0 ? [] : decode(ServerNameList, names)
  return {
    extensions: extensions.map(({ extensionType }) => extensionType),
    ...(versions === undefined ? {} : { versions: versionsIn(versions, isClient) }),
    ...(protocols === undefined ? {} : { protocols: decode(ProtocolNameList, protocols).map(text) }),
    ...(name === undefined ? {} : { serverName: text(name.name) }),
  }
}

function clientHello(hello: ClientHello): Partial<SeenMessage> {
  const ticket = findExtension(hello.extensions, ExtensionType.session_ticket)
  return {
    version: hello.clientVersion,
    suites: hello.cipherSuites,
    sessionId: toHex(hello.sessionId),
    showsTicket: ticket !== undefined && ticket.length > 0,
    ...extensionsOf(hello.extensions, true),
  }
}

const serverHello = (hello: ServerHello): Partial<SeenMessage> => ({
  version: hello.serverVersion,
  suites: [hello.cipherSuite],
  sessionId: toHex(hello.sessionId),
  ...extensionsOf(hello.extensions, false),
})

function keyExchange(raw: Uint8Array, suite: number): Partial<SeenMessage> {
  const parameters = suiteParameters(suite)
  const { body } = decodeHandshakeBody('server_key_exchange', raw)
  const { share, signed } = parameters === undefined ? {} : readServerKeyExchange(parameters, body)
  if (signed === undefined) return {}
  const group = share?.kind === 'ecdh' ? { group: share.params.namedCurve } : {}
  return { ...group, scheme: signed.signature.algorithm }
}

const hasBareKey = ({ extensions }: ServerHello): boolean =>
  findExtension(extensions, ExtensionType.server_certificate_type)?.[0] === CertificateType.RawPublicKey

/** Both forms of Certificate. */
export const certificatesIn = (raw: Uint8Array, bareKey: boolean): readonly Uint8Array[] =>
  (bareKey ? decodeHandshakeBody('certificate', raw, RawPublicKey) : decodeHandshakeBody('certificate', raw))
    .certificateList

/** What a ServerHello settles for the messages behind it. */
interface Agreed {
  readonly suite: number
  /** The server shows a key and no certificate (RFC 7250 §3). */
  readonly bareKey: boolean
}

function contentOf({ name, raw, sender }: Message, { suite, bareKey }: Agreed): Partial<SeenMessage> {
  switch (name) {
    case 'client_hello':
      return clientHello(decodeHandshakeBody(name, raw))
    case 'server_hello':
      return serverHello(decodeHandshakeBody(name, raw))
    case 'certificate':
      return { certificates: certificatesIn(raw, bareKey && sender === 'server').map(toHex) }
    case 'server_key_exchange':
      return keyExchange(raw, suite)
    case 'certificate_verify':
      return { scheme: decodeHandshakeBody(name, raw).algorithm }
    default:
      return {}
  }
}

function messagesOf({ entries }: ConnectionStory): readonly SeenMessage[] {
  let agreed: Agreed = { suite: 0, bareKey: false }
  return entries.flatMap((entry) => {
    if (entry.type !== 'message') return []
    const seen: SeenMessage = { from: entry.sender, type: HandshakeType[entry.name], ...contentOf(entry, agreed) }
    if (entry.name === 'server_hello')
      agreed = { suite: seen.suites?.[0] ?? 0, bareKey: hasBareKey(decodeHandshakeBody(entry.name, entry.raw)) }
    return [seen]
  })
}

/** In order of their first segments, as tshark numbers them. */
export const inOrder = (stories: readonly ConnectionStory[]): readonly ConnectionStory[] =>
  [...stories].sort((left, right) => left.time - right.time)

/** What is to be seen without any key. */
export const seenInClear = ({ stories }: Read): readonly SeenConnection[] =>
  inOrder(stories).map((story) => {
    const entries = story.entries.filter((entry) => entry.type === 'message' && !entry.isProtected)
    return { messages: messagesOf({ ...story, entries }), alerts: [], data: { client: '', server: '' } }
  })

export const seenIn = ({ stories, data }: Read): readonly SeenConnection[] =>
  inOrder(stories).map((story) => {
    const of = (from: string): string => toHex(data.get(`${story.client} ${story.server} ${from}`) ?? new Uint8Array(0))
    return {
      messages: messagesOf(story),
      alerts: story.entries.flatMap((entry) =>
        entry.type === 'alert' && entry.alert !== undefined ? [{ from: entry.sender, ...entry.alert }] : [],
      ),
      data: { client: of('client'), server: of('server') },
    }
  })
