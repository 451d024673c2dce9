import { MalformedError } from '../bytes/reader.js'
import { type Codec, readField, rest, uint8, uint24 } from '../codec/codec.js'
import { dissectWith, type Span } from '../codec/dissect.js'
import { registered } from '../codec/numbers.js'
import { ExtensionType } from '../registry/extension-type.js'
import { HandshakeType, type HandshakeTypeName } from '../registry/handshake-type.js'
import { nameOf } from '../registry/registry.js'
import {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  EncryptedPreMasterSecret,
} from './client-key-exchange.js'
import { type ExtensionCodecs, extensionCodecs } from './extensions/extension-codecs.js'

import { messageCodecs } from './handshake.js'
import { ClientPskIdentity, clientPskIdentity, ServerPskParams, serverPskParams } from './pre-shared-key.js'
import { ServerDHParams, ServerECDHParams, SignedDhParams, SignedEcdhParams } from './server-key-exchange.js'

export { type DissectionFormat, formatDissection } from './format-dissection.js'

/** What the bytes of a message do not say themselves. */
export interface DissectHint {
  /** Of the chosen cipher suite; without it the two key exchange messages stay opaque. */
  readonly keyExchange?:
    | 'RSA'
    | 'DHE_RSA'
    | 'ECDHE_RSA'
    | 'ECDHE_ECDSA'
    | 'PSK'
    | 'DHE_PSK'
    | 'ECDHE_PSK'
    | 'RSA_PSK'
    | 'PSK'
    | 'DHE_PSK'
    | 'ECDHE_PSK'
    | 'RSA_PSK'
}

const serverKeyExchange: Readonly<Record<string, Codec<unknown>>> = {
  DHE_RSA: SignedDhParams,
  ECDHE_RSA: SignedEcdhParams,
  ECDHE_ECDSA: SignedEcdhParams,
  PSK: ServerPskParams,
  DHE_PSK: serverPskParams(ServerDHParams),
  ECDHE_PSK: serverPskParams(ServerECDHParams),
  RSA_PSK: ServerPskParams,
}

const clientKeyExchange: Readonly<Record<string, Codec<unknown>>> = {
  RSA: EncryptedPreMasterSecret,
  DHE_RSA: ClientDiffieHellmanPublic,
  ECDHE_RSA: ClientECDiffieHellmanPublic,
  ECDHE_ECDSA: ClientECDiffieHellmanPublic,
  PSK: ClientPskIdentity,
  DHE_PSK: clientPskIdentity(ClientDiffieHellmanPublic),
  ECDHE_PSK: clientPskIdentity(ClientECDiffieHellmanPublic),
  RSA_PSK: clientPskIdentity(EncryptedPreMasterSecret),
}

/** The registry's names are the keys of `messageCodecs`, which its type demands. */
const messageByType: ReadonlyMap<number, Codec<unknown>> = new Map(
  Object.entries(messageCodecs).map(([name, codec]) => [HandshakeType[name as HandshakeTypeName], codec]),
)

function bodyCodec(msgType: number, { keyExchange }: DissectHint): Codec<unknown> {
  const bySuite =
    msgType === HandshakeType.server_key_exchange
      ? serverKeyExchange
      : msgType === HandshakeType.client_key_exchange
        ? clientKeyExchange
        : undefined
  const codec = keyExchange === undefined ? undefined : bySuite?.[keyExchange]
  return codec ?? messageByType.get(msgType) ?? rest
}

const handshakeType = registered('HandshakeType', uint8, HandshakeType)

/** Header and body as one codec, read only. */
const handshakeCodec = (hint: DissectHint): Codec<unknown> => ({
  name: 'Handshake',
  read: (reader) => {
    const msgType = readField(reader, 'msgType', handshakeType)
    const length = readField(reader, 'length', uint24)
    if (length < reader.remaining) {
      throw new MalformedError('trailing', reader.position + length, 'bytes left over after the message')
    }
    const scope = reader.scope(length)
    const body = readField(scope, 'body', bodyCodec(msgType, hint))
    scope.finish(nameOf(HandshakeType, msgType))
    return body
  },
  write: () => {
    throw new Error('dissection does not encode')
  },
})

/**
 * The annotated tree of one whole handshake message, header included. Throws `MalformedError` for a message that does
 * not decode. Extension data that does not decode is no reason to: it stays one span, whose meaning says what is wrong.
 */
export function dissect(bytes: Uint8Array, hint: DissectHint = {}): Span {
  const message = dissectWith(handshakeCodec(hint), bytes)
  const form = bytes[0] === HandshakeType.server_hello ? 'serverHello' : 'clientHello'
  return refineExtensions(message, bytes, form)
}

type Form = keyof ExtensionCodecs

function refineExtensions(span: Span, bytes: Uint8Array, form: Form): Span {
  if (span.typeName === 'Extension') return refineExtension(span, bytes, form)
  return { ...span, children: span.children.map((child) => refineExtensions(child, bytes, form)) }
}

function refineExtension(span: Span, bytes: Uint8Array, form: Form): Span {
  const [type, field] = span.children
  const number = Number(type?.value)
  const name = nameOf(ExtensionType, number, 2)
  const codec = extensionCodecs.get(number)?.[form]
  if (type === undefined || field === undefined) return span
  if (codec === undefined) return { ...span, meaning: name }
  const [length, ...raw] = field.children
  const data = extensionData(codec, name, bytes, field, length?.end ?? field.start)
  const refined = data.end > data.start || data.meaning !== undefined ? [data] : raw
  return { ...span, meaning: name, children: [type, { ...field, children: [...(length ? [length] : []), ...refined] }] }
}

function extensionData(codec: Codec<unknown>, name: string, bytes: Uint8Array, field: Span, start: number): Span {
  try {
    return { ...dissectWith(codec, bytes, start, field.end), label: 'data' }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    const meaning = `malformed ${name}: ${error.message}`
    return { label: 'data', typeName: 'opaque', start, end: field.end, meaning, children: [] }
  }
}
