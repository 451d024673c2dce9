/** From what was seen of a connection to what it shows: suite, authentication, resumption, extensions, alerts. */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { AlertDescription } from '../src/registry/alert-description.js'
import { AlertLevel } from '../src/registry/alert-level.js'
import { CipherSuite } from '../src/registry/cipher-suite.js'
import { ExtensionType } from '../src/registry/extension-type.js'
import { HandshakeType } from '../src/registry/handshake-type.js'
import { NamedGroup } from '../src/registry/named-group.js'
import { nameOf } from '../src/registry/registry.js'
import { SignatureScheme } from '../src/registry/signature-scheme.js'
import type { End, SeenConnection, SeenMessage } from './seen.js'

/** Kinds of keys in vectors/pki, as they are told apart by a certificate. */
export type Kind = 'rsa' | 'rsaPss' | 'ecdsaP256' | 'ecdsaP384' | 'ecdsaP521' | 'ed25519' | 'ed448'

export interface HandshakeFacts {
  /** In order, the client's behind `>`, the server's behind `<`. */
  readonly messages: string
  readonly offered: {
    readonly version: string
    /** supported_versions without GREASE. */
    readonly versions?: readonly string[]
    readonly extensions: readonly string[]
    readonly serverName?: string
    readonly protocols?: readonly string[]
  }
  /** Absent where the server did not answer with a hello. */
  readonly chosen?: {
    readonly version: string
    readonly suite: string
    readonly extensions: readonly string[]
    readonly protocol?: string
  }
  readonly resumed?: 'id' | 'ticket'
  /** What the client sent of a session, and the server passed over; an id may be of none (RFC 5077 §3.4). */
  readonly passedOver?: 'id' | 'ticket'
  readonly group?: string
  readonly signedBy: { readonly [from in End]?: string }
  /** Kinds of the certificates' keys, from the leaf on. */
  readonly chains: { readonly [from in End]?: readonly string[] }
  readonly extendedMasterSecret: boolean
  /** Both agreed on it; it has an effect on CBC suites only. */
  readonly encryptThenMac: boolean
  readonly stapled: boolean
  readonly ticketIssued: boolean
}

export interface ConnectionFacts {
  readonly handshakes: readonly HandshakeFacts[]
  /** `server fatal handshake_failure`. */
  readonly alerts: readonly string[]
  /** Octets of application data that the keys open. */
  readonly data: Readonly<Record<End, number>>
}

const hexadecimal = (number: number): string => `0x${number.toString(16).padStart(4, '0')}`

const isGrease = (number: number): boolean => (number & 0x0f0f) === 0x0a0a && number >> 8 === (number & 0xff)

/** Values without a meaning are chosen anew in every run (RFC 8701 §2). */
const named = (numbers: readonly number[]): string[] =>
  numbers.map((number) => (isGrease(number) ? 'GREASE' : nameOf(ExtensionType, number, 2)))

const curves: Readonly<Record<string, Kind>> = {
  prime256v1: 'ecdsaP256',
  secp384r1: 'ecdsaP384',
  secp521r1: 'ecdsaP521',
}

/** Of a certificate, or of a raw public key, which is all that some show. */
function publicKeyOf(der: Buffer): KeyObject {
  try {
    return new X509Certificate(der).publicKey
  } catch {
    return createPublicKey({ key: der, format: 'der', type: 'spki' })
  }
}

function kindOf(der: string): string {
  try {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKeyOf(Buffer.from(der, 'hex'))
    if (type === 'ec') return curves[details?.namedCurve ?? ''] ?? 'ec'
    return type === 'rsa-pss' ? 'rsaPss' : (type ?? 'unknown')
  } catch {
    return 'unknown'
  }
}

const withDefined = <T extends object>(values: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T // what was undefined is left out

function signatureOf(message: SeenMessage | undefined): string | undefined {
  return message?.scheme === undefined ? undefined : nameOf(SignatureScheme, message.scheme, 2)
}

/** Clients that offer TLS 1.3 too send a session id without a session (RFC 8446 §4.1.2). */
function resumption(
  client: SeenMessage,
  server: SeenMessage | undefined,
  isFull: boolean,
): Pick<HandshakeFacts, 'resumed' | 'passedOver'> {
  const showsId = (client.sessionId ?? '') !== '' && client.versions?.includes(0x0304) !== true
  const shows = client.showsTicket === true ? 'ticket' : showsId ? 'id' : undefined
  if (server === undefined || shows === undefined) return {}
  if (isFull) return { passedOver: shows }
  return server.sessionId === client.sessionId ? { resumed: shows } : {}
}

function handshakeFacts(messages: readonly SeenMessage[]): HandshakeFacts {
  const of = (type: number, from?: End): SeenMessage | undefined =>
    messages.find((one) => one.type === type && (from === undefined || one.from === from))
  const [client, server] = [of(HandshakeType.client_hello), of(HandshakeType.server_hello)]
  if (client === undefined) throw new Error('a handshake without ClientHello')
  const has = (extension: number): boolean => server?.extensions?.includes(extension) === true
  const versions = client.versions?.filter((version) => !isGrease(version)).map(hexadecimal)
  const kinds = (from: End): readonly string[] | undefined =>
    of(HandshakeType.certificate, from)?.certificates?.map(kindOf)
  const keyExchange = of(HandshakeType.server_key_exchange)
  return {
    messages: messages
      .map(({ from, type }) => `${from === 'client' ? '>' : '<'}${nameOf(HandshakeType, type)}`)
      .join(' '),
    offered: withDefined<HandshakeFacts['offered']>({
      version: hexadecimal(client.version ?? 0),
      versions,
      extensions: named(client.extensions ?? []),
      serverName: client.serverName,
      protocols: client.protocols,
    }),
    ...(server === undefined
      ? {}
      : {
          chosen: withDefined<NonNullable<HandshakeFacts['chosen']>>({
            version: hexadecimal(server.versions?.[0] ?? server.version ?? 0),
            suite: nameOf(CipherSuite, server.suites?.[0] ?? 0, 2),
            extensions: named(server.extensions ?? []),
            protocol: server.protocols?.[0],
          }),
        }),
    ...resumption(client, server, of(HandshakeType.server_hello_done) !== undefined),
    ...(keyExchange?.group === undefined ? {} : { group: nameOf(NamedGroup, keyExchange.group, 2) }),
    signedBy: withDefined({
      server: signatureOf(keyExchange),
      client: signatureOf(of(HandshakeType.certificate_verify)),
    }),
    chains: withDefined({ server: kinds('server'), client: kinds('client') }),
    extendedMasterSecret: has(ExtensionType.extended_master_secret),
    encryptThenMac: has(ExtensionType.encrypt_then_mac),
    stapled: of(HandshakeType.certificate_status) !== undefined,
    ticketIssued: of(HandshakeType.new_session_ticket) !== undefined,
  }
}

/** What a connection shows. A ClientHello begins a handshake; what precedes the first is passed over. */
export function factsOf({ messages, alerts, data }: SeenConnection): ConnectionFacts {
  const starts = messages.flatMap(({ type }, at) => (type === HandshakeType.client_hello ? [at] : []))
  return {
    handshakes: starts.map((start, at) => handshakeFacts(messages.slice(start, starts[at + 1]))),
    alerts: alerts.map(
      ({ from, level, description }) => `${from} ${nameOf(AlertLevel, level)} ${nameOf(AlertDescription, description)}`,
    ),
    data: { client: data.client.length / 2, server: data.server.length / 2 },
  }
}
