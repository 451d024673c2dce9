import { publicEqual } from '../bytes/equal.js'
import { type Codec, decode } from '../codec/codec.js'
import { type SuiteParameters, suiteParameters } from '../crypto/suite-parameters.js'
import { findExtension } from '../messages/extensions/extension.js'
import { decodeHandshakeBody, type HandshakeMessages } from '../messages/handshake.js'
import { ExtensionType } from '../registry/extension-type.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import type { Fact } from './described-step.js'
import type { Side, TraceEntry } from './trace.js'

/** A message as `decodeHandshakeBody` gives it, or `undefined` for bytes that are not one. */
export function tryDecode<N extends HandshakeTypeName>(name: N, raw: Uint8Array): HandshakeMessages[N] | undefined {
  try {
    return decodeHandshakeBody(name, raw)
  } catch {
    return undefined
  }
}

/** Bytes read by a codec, or `undefined` where they do not fit it. */
export function tryRead<T>(codec: Codec<T>, bytes: Uint8Array): T | undefined {
  try {
    return decode(codec, bytes)
  } catch {
    return undefined
  }
}

/** What later steps must know of earlier ones. */
export interface Story {
  readonly suite: SuiteParameters | undefined
  readonly extendedMasterSecret: boolean
  /** The server asked for a certificate. */
  readonly clientAsked: boolean
  /** The client showed one. */
  readonly clientShowed: boolean
  /** The client sent its key exchange; without one, keys come from a session that was resumed. */
  readonly keysExchanged: boolean
  /** What the client showed of an earlier session. */
  readonly offer: { readonly sessionId: Uint8Array; readonly ticket: boolean } | undefined
  /** The server took up the session that was shown. */
  readonly resumed: boolean
  /** Who asked for this handshake, where it is not the first of its connection. */
  readonly askedBy: Side | undefined
  /** The server asked for another handshake. */
  readonly serverAsked: boolean
  /** Finished messages of this handshake: with two it is complete. */
  readonly finished: number
  /** Handshake messages up to here: what CertificateVerify and Finished cover. */
  readonly messages: number
  /** What to say of a certificate besides the kind of its key. */
  readonly describeCertificate: (der: Uint8Array) => readonly Fact[]
}

export const beginning = (describeCertificate: Story['describeCertificate'] = () => []): Story => ({
  suite: undefined,
  extendedMasterSecret: false,
  clientAsked: false,
  clientShowed: false,
  keysExchanged: false,
  offer: undefined,
  resumed: false,
  askedBy: undefined,
  serverAsked: false,
  finished: 0,
  messages: 0,
  describeCertificate,
})

type Message = Extract<TraceEntry, { type: 'message' }>

const isComplete = ({ finished }: Story): boolean => finished === 2

/** The story that a message belongs to: a ClientHello begins one, on an established connection that of another handshake. */
export function storyOf(story: Story, { name }: Message): Story {
  if (name !== 'client_hello') return story
  const fresh = beginning(story.describeCertificate)
  return isComplete(story) ? { ...fresh, askedBy: story.serverAsked ? 'server' : 'client' } : fresh
}

function afterClientHello(story: Story, raw: Uint8Array): Story {
  const hello = tryDecode('client_hello', raw)
  if (hello === undefined) return story
  const ticket = findExtension(hello.extensions, ExtensionType.session_ticket)
  const offer = { sessionId: hello.sessionId, ticket: ticket !== undefined && ticket.length > 0 }
  return { ...story, offer }
}

/** The version is chosen in supported_versions, as TLS 1.3 has it: then the fields of TLS 1.2 mean nothing (RFC 8446 §4.2.1). */
export const choosesOtherwise = ({ extensions }: HandshakeMessages['server_hello']): boolean =>
  findExtension(extensions, ExtensionType.supported_versions) !== undefined

function afterServerHello(story: Story, raw: Uint8Array): Story {
  const hello = tryDecode('server_hello', raw)
  if (hello === undefined) return story
  const extendedMasterSecret = findExtension(hello.extensions, ExtensionType.extended_master_secret) !== undefined
  const { offer } = story
  const resumed =
    offer !== undefined &&
    offer.sessionId.length > 0 &&
    publicEqual(offer.sessionId, hello.sessionId) &&
    !choosesOtherwise(hello)
  return { ...story, suite: suiteParameters(hello.cipherSuite), extendedMasterSecret, resumed }
}

/** The story after one more message. HelloRequest is no part of what is hashed (RFC 5246 §7.4.1.1). */
export function follow(story: Story, { sender, name, raw }: Message): Story {
  if (name === 'hello_request') return isComplete(story) ? { ...story, serverAsked: true } : story
  const next = { ...story, messages: story.messages + 1 }
  if (name === 'client_hello') return afterClientHello(next, raw)
  if (name === 'server_hello') return afterServerHello(next, raw)
  if (name === 'finished') return { ...next, finished: story.finished + 1 }
  if (name === 'client_key_exchange') return { ...next, keysExchanged: true }
  if (name === 'certificate_request') return { ...next, clientAsked: true }
  if (name === 'certificate' && sender === 'client') {
    return { ...next, clientShowed: (tryDecode(name, raw)?.certificateList.length ?? 0) > 0 }
  }
  return next
}
