import { type Codec, decode } from '../codec/codec.js'
import { type KeyExchange, type SuiteParameters, suiteParameters } from '../crypto/suite-parameters.js'
import { findExtension } from '../messages/extensions/extension.js'
import { decodeHandshakeBody, type HandshakeMessages } from '../messages/handshake.js'
import { decodeServerKeyExchange } from '../messages/server-key-exchange.js'
import { ExtensionType } from '../registry/extension-type.js'
import type { HandshakeTypeName } from '../registry/handshake-type.js'
import type { Fact } from './described-step.js'
import type { TraceEntry } from './trace.js'

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

const serverParamsKinds: Readonly<Partial<Record<KeyExchange, 'dh' | 'ecdh'>>> = {
  DHE_RSA: 'dh',
  ECDHE_RSA: 'ecdh',
  ECDHE_ECDSA: 'ecdh',
}

/** A ServerKeyExchange read by the suite's grammar, or `undefined` where the suite has none or the bytes do not fit it. */
export function tryServerParams(suite: SuiteParameters | undefined, body: Uint8Array) {
  try {
    const kind = suite && serverParamsKinds[suite.keyExchange]
    return kind === undefined ? undefined : decodeServerKeyExchange(kind, body)
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
  messages: 0,
  describeCertificate,
})

/** The story after one more message. HelloRequest is no part of what is hashed (RFC 5246 §7.4.1.1). */
export function follow(story: Story, { sender, name, raw }: Extract<TraceEntry, { type: 'message' }>): Story {
  if (name === 'hello_request') return story
  const next = { ...story, messages: story.messages + 1 }
  if (name === 'server_hello') {
    const hello = tryDecode(name, raw)
    if (hello === undefined) return next
    const extendedMasterSecret = findExtension(hello.extensions, ExtensionType.extended_master_secret) !== undefined
    return { ...next, suite: suiteParameters(hello.cipherSuite), extendedMasterSecret }
  }
  if (name === 'client_key_exchange') return { ...next, keysExchanged: true }
  if (name === 'certificate_request') return { ...next, clientAsked: true }
  if (name === 'certificate' && sender === 'client') {
    return { ...next, clientShowed: (tryDecode(name, raw)?.certificateList.length ?? 0) > 0 }
  }
  return next
}
