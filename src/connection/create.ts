import { type KeySchedule, keySchedule as rfcKeySchedule } from '../crypto/key-schedule.js'
import type { CryptoProvider } from '../crypto/provider.js'
import type { ClientConfig } from '../handshake/client/context.js'
import { TlsFault } from '../handshake/fault.js'
import { DEFAULT_CERTIFICATE_LIMIT, DEFAULT_MESSAGE_LIMIT, type MessageLimits } from '../handshake/reassembly.js'
import type { ServerConfig } from '../handshake/server/context.js'
import type { RecordLayer } from '../record/record-layer.js'
import { standardRecordLayer } from '../record/standard-record-layer.js'
import { DEFAULT_TRAFFIC_LIMITS, type TrafficLimits } from './alert-protocol.js'
import { TlsConnection } from './connection.js'
import { drawEntropy } from './draw-entropy.js'
import { HandshakeProtocol } from './handshake-protocol.js'
import { clientRunner, type ObservedStep, type RoleRunner, serverRunner } from './role.js'

/** What a connection is made of besides its role's configuration. */
export interface ConnectionOptions {
  /** Hashes, record ciphers and random bytes: the synchronous half of the cryptography. */
  readonly crypto: Pick<CryptoProvider, 'hash' | 'hmac' | 'aead' | 'blockCipher' | 'randomBytes'>
  /** Replaces the key schedule, for replays. */
  readonly keySchedule?: KeySchedule
  /** Replaces the record layer of RFC 5246 §6. */
  readonly recordLayer?: RecordLayer
  /** Called with a line of the NSS key log format for each master secret: whoever has the line can read everything. */
  readonly keyLog?: (line: string) => void
  /** Sees every step of the machine. Secrets print as their length only, and are wiped after the call. */
  readonly observe?: (step: ObservedStep) => void
  readonly messageLimits?: Partial<MessageLimits>
  /** What a peer may send in a row without saying anything. */
  readonly trafficLimits?: Partial<TrafficLimits>
  /** Most bytes of plaintext in a record that this side sends, 1 to 16,384, the default; less where the peer takes less. */
  readonly maxSendFragment?: number
  /** Bytes that may wait behind an open need before `wantsInput` turns false; 65,536 by default. */
  readonly inputHighWaterMark?: number
  /**
   * Whether other records may come between the pieces of a handshake message, as RFC 5246 §6.2.1 lets them and TLS 1.3 does
   * not; `allow` by default.
   */
  readonly interleaving?: 'allow' | 'refuse'
  /** Whether a server takes a ClientHello in the form of SSL 2.0 (RFC 5246 Appendix E.2); `refuse` by default. */
  readonly version2Hello?: 'refuse' | 'accept'
}

const DEFAULT_INPUT_HIGH_WATER_MARK = 65_536

const LONGEST_FRAGMENT = 2 ** 14

function checkSendFragment(length: number): number {
  if (Number.isInteger(length) && length >= 1 && length <= LONGEST_FRAGMENT) return length
  throw new TlsFault('misuse', `maxSendFragment must be 1 to ${LONGEST_FRAGMENT} bytes, not ${String(length)}`)
}

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined }

/**
 * The limits that are given, and the others as they are by default: also where one is given as `undefined`, with which
 * nothing would compare as too much. Throws a `misuse` fault for what is no number of at least 0, or has no such name.
 */
function checkLimits<T extends object>(option: string, defaults: T, given: Given<T> = {}): T {
  if (typeof given !== 'object' || given === null) throw new TlsFault('misuse', `${option} must be an object`)
  const checked: T = { ...defaults }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) throw new TlsFault('misuse', `${option} has no ${JSON.stringify(name)}`)
    if (value === undefined) continue
    if (typeof value === 'number' && value >= 0) Object.assign(checked, { [name]: value })
    else throw new TlsFault('misuse', `${option}.${name} must be a number from 0 on, not ${String(value)}`)
  }
  return checked
}

const DEFAULT_MESSAGE_LIMITS: MessageLimits = { message: DEFAULT_MESSAGE_LIMIT, certificate: DEFAULT_CERTIFICATE_LIMIT }

/** Looks at the options once, for any number of connections. */
function assembler(options: ConnectionOptions, makeRunner: (schedule: KeySchedule) => RoleRunner): () => TlsConnection {
  const { crypto, keyLog, observe, messageLimits, trafficLimits, maxSendFragment, recordLayer } = options
  const { version2Hello = 'refuse', interleaving = 'allow' } = options
  const keySchedule = options.keySchedule ?? rfcKeySchedule(crypto)
  const randomBytes = (length: number): Uint8Array => crypto.randomBytes(length)
  const fragments = maxSendFragment === undefined ? {} : { maxFragmentLength: checkSendFragment(maxSendFragment) }
  const input = checkLimits(
    'options',
    { inputHighWaterMark: DEFAULT_INPUT_HIGH_WATER_MARK },
    { inputHighWaterMark: options.inputHighWaterMark },
  )
  const protocolOptions = {
    limits: checkLimits('messageLimits', DEFAULT_MESSAGE_LIMITS, messageLimits),
    interleaving,
    keyLog,
    observe,
    drawEntropy: () => drawEntropy(randomBytes),
  }
  const limits = checkLimits('trafficLimits', DEFAULT_TRAFFIC_LIMITS, trafficLimits)
  const shared = { keySchedule, randomBytes, trafficLimits: limits, ...input }
  let made = 0
  return () => {
    if (recordLayer !== undefined && made++ > 0) throw new TlsFault('misuse', 'a recordLayer serves one connection')
    const runner = makeRunner(keySchedule)
    return new TlsConnection({
      protocol: new HandshakeProtocol(runner, protocolOptions),
      recordLayer: recordLayer ?? standardRecordLayer({ crypto, role: runner.role, version2Hello, ...fragments }),
      ...shared,
    })
  }
}

/**
 * Makes client connections (level 3) of one configuration. The options are looked at once: changed later, they change none
 * of them. A `recordLayer` serves one connection only.
 */
export function clientConnections(config: ClientConfig, options: ConnectionOptions): () => TlsConnection {
  const frozen = Object.freeze(config)
  return assembler(options, (keySchedule) => clientRunner(Object.freeze({ config: frozen, keySchedule })))
}

/** Makes server connections (level 3) of one configuration; otherwise like `clientConnections`. */
export function serverConnections(config: ServerConfig, options: ConnectionOptions): () => TlsConnection {
  const frozen = Object.freeze(config)
  return assembler(options, (keySchedule) => serverRunner(Object.freeze({ config: frozen, keySchedule })))
}

/** A client connection (level 3). Call `start`, then carry bytes and answer needs. */
export const clientConnection = (config: ClientConfig, options: ConnectionOptions): TlsConnection =>
  clientConnections(config, options)()

/** A server connection (level 3). Call `start`, then carry bytes and answer needs. */
export const serverConnection = (config: ServerConfig, options: ConnectionOptions): TlsConnection =>
  serverConnections(config, options)()
