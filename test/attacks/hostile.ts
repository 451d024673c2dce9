/**
 * A scriptable TLS peer, built on the codecs, the record protections and the key schedule but not on the state machine:
 * it sends any message in any order with any content, and still computes correct keys, Finished and signatures.
 */
import { concat } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { decode } from '../../src/codec/codec.js'
import {
  type ConnectionKeys,
  cutKeyBlock,
  type DirectionKeys,
  keyBlockLength,
} from '../../src/crypto/connection-keys.js'
import { keySchedule } from '../../src/crypto/key-schedule.js'
import type { MaybePromise } from '../../src/crypto/maybe-promise.js'
import { type SuiteParameters, suiteParameters } from '../../src/crypto/suite-parameters.js'
import { Alert } from '../../src/messages/alert.js'
import { encodeHandshake, type HandshakeMessages, readHandshakeHeader } from '../../src/messages/handshake.js'
import { aeadProtection } from '../../src/record/aead.js'
import { cbcProtection } from '../../src/record/cbc.js'
import { encryptThenMacProtection } from '../../src/record/cbc-encrypt-then-mac.js'
import { writeHeader } from '../../src/record/plaintext.js'
import { type Protection, PSEUDO_HEADER_LENGTH, writeTypeAndVersion } from '../../src/record/protection.js'
import type { RecordLayer } from '../../src/record/record-layer.js'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import type { CipherSuiteName } from '../../src/registry/cipher-suite.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ContentType } from '../../src/registry/content-type.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { nameOf } from '../../src/registry/registry.js'
import { noble } from '../support/endpoints.js'
import type { Victim } from './victim.js'

export const schedule = keySchedule(noble)

/** The noble provider answers at once. */
export function now<T>(value: MaybePromise<T>): T {
  if (value instanceof Promise) throw new Error('an answer that was expected at once is a promise')
  return value as T // `MaybePromise` without its promise
}

/** Changes to messages on their way out. The attacker's own transcript has what was really sent. */
export type Edits = { readonly [N in HandshakeTypeName]?: (message: HandshakeMessages[N]) => HandshakeMessages[N] }
export type RawEdits = { readonly [N in HandshakeTypeName]?: (raw: Uint8Array) => Uint8Array }

export interface HostileOptions {
  readonly suite?: CipherSuiteName
  readonly edit?: Edits
  readonly rawEdit?: RawEdits
  /** Most bytes of a handshake message in one record. */
  readonly fragmentLength?: number
  /** Changes verify_data before it is sent. */
  readonly verifyData?: (honest: Uint8Array) => Uint8Array
}

export interface Message {
  readonly name: string
  readonly raw: Uint8Array
}

const EMPTY_MASTER_SECRET = new Uint8Array(48)
const TLS12 = 0x0303

export const suiteNamed = (name: CipherSuiteName): SuiteParameters => {
  const suite = suiteParameters(CipherSuite[name])
  if (suite === undefined) throw new Error(`no suite ${name}`)
  return suite
}

export abstract class Hostile {
  readonly victim: Victim
  readonly role: 'client' | 'server'
  readonly options: HostileOptions
  /** Every handshake message sent and received, as it was on the wire. */
  readonly transcript: Uint8Array[] = []
  /** What the victim put on the wire, opened. */
  readonly records: { readonly type: number; readonly fragment: Uint8Array }[] = []
  readonly messages: Message[] = []
  /** The victim's records as they were on the wire. */
  readonly sealed: Uint8Array[] = []
  suite: SuiteParameters
  extendedMasterSecret = false
  clientRandom: Uint8Array = new Uint8Array(32)
  serverRandom: Uint8Array = new Uint8Array(32)
  /** What this peer worked out for itself, right or wrong. */
  masterSecret: Uint8Array | undefined
  readonly #reading: RecordLayer
  #handshakeBytes: Uint8Array = new Uint8Array()
  #writing: Protection | undefined
  #sequenceNumber = 0n

  constructor(role: 'client' | 'server', victim: Victim, options: HostileOptions) {
    this.role = role
    this.victim = victim
    this.options = options
    this.suite = suiteNamed(options.suite ?? 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256')
    this.#reading = standardRecordLayer({ crypto: noble, role })
  }

  /** Starts the victim and reads what it says first. */
  start(): void {
    this.victim.endpoint.start()
    this.read()
  }

  /** Puts bytes on the wire as they are. */
  deliver(wire: Uint8Array): void {
    this.victim.endpoint.receive(wire)
    this.read()
  }

  /** One record, protected with the keys of the moment; unlike the real record layer it refuses nothing. */
  seal(type: number, fragment: Uint8Array, version = TLS12): Uint8Array {
    const pseudoHeader = new Uint8Array(PSEUDO_HEADER_LENGTH)
    const length = this.#writing?.sealedLength(fragment.length) ?? fragment.length
    const output = new Uint8Array(5 + length)
    writeHeader(output, 0, { type, version, length })
    new DataView(pseudoHeader.buffer).setBigUint64(0, this.#sequenceNumber++)
    writeTypeAndVersion(pseudoHeader, type, version)
    if (this.#writing === undefined) output.set(fragment, 5)
    else this.#writing.seal(pseudoHeader, fragment, output, 5)
    return output
  }

  record(type: number, fragment: Uint8Array, version = TLS12): void {
    this.deliver(this.seal(type, fragment, version))
  }

  alert(level: number, description: number): void {
    this.record(ContentType.alert, Uint8Array.of(level, description))
  }

  applicationData(data: Uint8Array): void {
    this.record(ContentType.application_data, data)
  }

  /** A handshake message as bytes, header included; joins the transcript. */
  raw(raw: Uint8Array): void {
    if (raw[0] !== HandshakeType.hello_request) this.transcript.push(raw)
    const length = this.options.fragmentLength ?? 2 ** 14
    const parts: Uint8Array[] = []
    for (let at = 0; at < raw.length; at += length) {
      parts.push(this.seal(ContentType.handshake, raw.subarray(at, at + length)))
    }
    this.deliver(concat(...parts))
  }

  message<N extends HandshakeTypeName>(name: N, message: HandshakeMessages[N]): void {
    this.raw(this.encoded(name, message))
  }

  /** The message with the edits that are asked for. */
  encoded<N extends HandshakeTypeName>(name: N, message: HandshakeMessages[N]): Uint8Array {
    const edit = this.options.edit?.[name]
    const raw = encodeHandshake(name, edit === undefined ? message : edit(message))
    return this.options.rawEdit?.[name]?.(raw) ?? raw
  }

  /** ChangeCipherSpec; from then on everything is protected, if there is anything to make keys from. */
  changeCipherSpec(): void {
    this.record(ContentType.change_cipher_spec, Uint8Array.of(1))
    if (this.masterSecret !== undefined) this.protect(this.masterSecret)
  }

  /** Protects what follows with keys from `masterSecret`, whether the victim would agree or not. */
  protect(masterSecret: Uint8Array): void {
    const keys = this.keysFrom(masterSecret)[this.role]
    const { bulk } = keys
    const cbc = bulk.type === 'block' && bulk.encryptThenMac ? encryptThenMacProtection : cbcProtection
    this.#writing = bulk.type === 'aead' ? aeadProtection(noble, bulk, keys) : cbc(noble, bulk, keys)
    this.#sequenceNumber = 0n
  }

  finished(): void {
    const verifyData = this.verifyDataOf(this.role)
    this.message('finished', { verifyData: this.options.verifyData?.(verifyData) ?? verifyData })
  }

  verifyDataOf(sender: 'client' | 'server', master = this.masterSecret ?? EMPTY_MASTER_SECRET): Uint8Array {
    const hash = schedule.hash(this.suite.prfHash, ...this.transcript)
    return schedule.verifyData(this.suite.prfHash, new Secret(master), sender, hash)
  }

  deriveMasterSecret(preMasterSecret: Uint8Array): void {
    const { prfHash } = this.suite
    const secret = new Secret(preMasterSecret.slice())
    const master = this.extendedMasterSecret
      ? schedule.extendedMasterSecret(prfHash, secret, schedule.hash(prfHash, ...this.transcript))
      : schedule.masterSecret(prfHash, secret, this.clientRandom, this.serverRandom)
    this.masterSecret = master.use((it) => it.slice())
  }

  keysFrom(masterSecret: Uint8Array): ConnectionKeys {
    const { bulk, prfHash } = this.suite
    const master = new Secret(masterSecret.slice())
    const block = schedule.keyBlock(prfHash, master, this.serverRandom, this.clientRandom, keyBlockLength(bulk))
    return cutKeyBlock(bulk, block)
  }

  /** Alerts of the victim as they stood on the wire. */
  get alerts(): readonly Alert[] {
    return this.records.filter(({ type }) => type === ContentType.alert).map(({ fragment }) => decode(Alert, fragment))
  }

  /** Application data of the victim on the wire. */
  get overheard(): readonly Uint8Array[] {
    return this.records.filter(({ type }) => type === ContentType.application_data).map(({ fragment }) => fragment)
  }

  /** Opens what the victim transmitted, with the keys from its own key log once it changed to them. */
  read(): void {
    const wire = this.victim.takeTransmitted()
    for (let at = 0; at < wire.length; ) {
      const end = at + 5 + (((wire[at + 3] ?? 0) << 8) | (wire[at + 4] ?? 0))
      this.sealed.push(wire.slice(at, end))
      this.#reading.receive(wire.subarray(at, end))
      const record = this.#reading.next()
      if (record === undefined) throw new Error('the victim sent part of a record')
      this.records.push(record)
      if (record.type === ContentType.handshake) this.#readHandshake(record.fragment)
      if (record.type === ContentType.change_cipher_spec) this.#reading.installReadKeys(this.#victimsKeys())
      at = end
    }
  }

  #victimsKeys(): DirectionKeys {
    if (this.victim.masterSecret === undefined) throw new Error('the victim changed to keys that it did not log')
    return this.keysFrom(this.victim.masterSecret)[this.role === 'client' ? 'server' : 'client']
  }

  #readHandshake(fragment: Uint8Array): void {
    this.#handshakeBytes = concat(this.#handshakeBytes, fragment)
    while (this.#handshakeBytes.length >= 4) {
      const { msgType, length } = readHandshakeHeader(this.#handshakeBytes)
      if (this.#handshakeBytes.length < 4 + length) return
      const raw = this.#handshakeBytes.slice(0, 4 + length)
      this.#handshakeBytes = this.#handshakeBytes.slice(4 + length)
      const name = nameOf(HandshakeType, msgType)
      this.messages.push({ name, raw })
      if (msgType !== HandshakeType.hello_request) this.transcript.push(raw)
      this.onMessage(name, raw)
    }
  }

  /** Learns what it needs from a message of the victim, which is in the transcript already. */
  protected abstract onMessage(name: string, raw: Uint8Array): void
}
