/** Plays a recorded connection through the codecs, the key schedule and the record layer, knowing the master secret. */
import { concat } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { cutKeyBlock, keyBlockLength } from '../../src/crypto/connection-keys.js'
import { keySchedule } from '../../src/crypto/key-schedule.js'
import { type BulkProtection, type SuiteParameters, suiteParameters } from '../../src/crypto/suite-parameters.js'
import { findExtension } from '../../src/messages/extensions/extension.js'
import { decodeHandshakeBody, type HandshakeMessages } from '../../src/messages/handshake.js'
import type { RecordLayer } from '../../src/record/record-layer.js'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { ContentType } from '../../src/registry/content-type.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { nameOf } from '../../src/registry/registry.js'
import type { RecordPrimitives } from '../support/node-ciphers.js'
import type { End, Flow } from './recording.js'

/** As much of a record layer as reading takes. */
export type RecordReader = Pick<RecordLayer, 'receive' | 'next' | 'installReadKeys'>

export interface ReplayedMessage {
  readonly from: End
  readonly name: HandshakeTypeName
  /** Header and body, as sent. */
  readonly raw: Uint8Array
  /** True where the message came after its sender's ChangeCipherSpec. */
  readonly isProtected: boolean
}

export interface Replay {
  readonly suite: SuiteParameters
  readonly messages: readonly ReplayedMessage[]
  /** Application data by sender. */
  readonly data: Readonly<Record<End, Uint8Array>>
  /** Alerts as sent: level, description. */
  readonly alerts: readonly { readonly from: End; readonly level: number; readonly description: number }[]
  readonly extendedMasterSecret: boolean
  readonly clientRandom: Uint8Array
  readonly serverRandom: Uint8Array
}

export interface ReplayOptions {
  readonly flow: readonly Flow[]
  readonly masterSecret: Uint8Array | undefined
  readonly primitives: RecordPrimitives
  readonly encryptThenMac?: boolean
}

const isHandshakeTypeName = (name: string): name is HandshakeTypeName => Object.hasOwn(HandshakeType, name)

class Replayer {
  readonly #options: ReplayOptions
  readonly #readers: Record<End, RecordReader>
  readonly #partial: Record<End, Uint8Array> = { client: new Uint8Array(0), server: new Uint8Array(0) }
  readonly #protected: Record<End, boolean> = { client: false, server: false }
  readonly messages: ReplayedMessage[] = []
  readonly data: Record<End, Uint8Array> = { client: new Uint8Array(0), server: new Uint8Array(0) }
  readonly alerts: { from: End; level: number; description: number }[] = []

  constructor(options: ReplayOptions) {
    this.#options = options
    const reader = (role: End): RecordReader => standardRecordLayer({ crypto: options.primitives, role })
    this.#readers = { client: reader('server'), server: reader('client') }
  }

  run(): void {
    for (const { from, bytes } of this.#options.flow) {
      const reader = this.#readers[from]
      reader.receive(bytes)
      for (let record = reader.next(); record !== undefined; record = reader.next()) {
        this.#take(from, record.type, record.fragment)
      }
    }
    for (const left of Object.values(this.#partial)) if (left.length > 0) throw new Error('a message is incomplete')
  }

  /** The one message of this type, decoded. */
  find<N extends HandshakeTypeName>(name: N): HandshakeMessages[N] {
    const message = this.messages.find((one) => one.name === name)
    if (message === undefined) throw new Error(`no ${name}`)
    return decodeHandshakeBody(name, message.raw)
  }

  #take(from: End, type: number, fragment: Uint8Array): void {
    if (type === ContentType.handshake) this.#reassemble(from, fragment)
    else if (type === ContentType.application_data) this.data[from] = concat(this.data[from], fragment)
    else if (type === ContentType.change_cipher_spec) this.#changeCipherSpec(from)
    else if (fragment.length === 2) {
      this.alerts.push({ from, level: fragment[0] ?? 0, description: fragment[1] ?? 0 })
    } else throw new Error('not an alert')
  }

  #reassemble(from: End, fragment: Uint8Array): void {
    let bytes = concat(this.#partial[from], fragment)
    for (;;) {
      const length = 4 + (((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0))
      if (bytes.length < 4 || bytes.length < length) break
      const name = nameOf(HandshakeType, bytes[0] ?? 0)
      if (!isHandshakeTypeName(name)) throw new Error(`handshake message ${name}`)
      this.messages.push({ from, name, raw: bytes.slice(0, length), isProtected: this.#protected[from] })
      bytes = bytes.subarray(length)
    }
    this.#partial[from] = bytes
  }

  #changeCipherSpec(from: End): void {
    const { masterSecret, primitives } = this.#options
    if (masterSecret === undefined) throw new Error('keys change, but no master secret is known')
    const { random: serverRandom, cipherSuite } = this.find('server_hello')
    const { prfHash, bulk: usual } = requireSuite(cipherSuite)
    const bulk: BulkProtection =
      usual.type === 'block' && this.#options.encryptThenMac ? { ...usual, encryptThenMac: true } : usual
    const clientRandom = this.find('client_hello').random
    const master = new Secret(masterSecret.slice())
    const length = keyBlockLength(bulk)
    const block = keySchedule(primitives).keyBlock(prfHash, master, serverRandom, clientRandom, length)
    this.#readers[from].installReadKeys(cutKeyBlock(bulk, block)[from])
    this.#protected[from] = true
  }
}

function requireSuite(cipherSuite: number): SuiteParameters {
  const suite = suiteParameters(cipherSuite)
  if (suite === undefined) throw new Error(`cipher suite ${cipherSuite} is not one of ours`)
  return suite
}

export function replay(options: ReplayOptions): Replay {
  const replayer = new Replayer(options)
  replayer.run()
  const hello = replayer.find('server_hello')
  const ems = findExtension(hello.extensions, ExtensionType.extended_master_secret)
  return {
    suite: requireSuite(hello.cipherSuite),
    messages: replayer.messages,
    data: replayer.data,
    alerts: replayer.alerts,
    extendedMasterSecret: ems !== undefined,
    clientRandom: replayer.find('client_hello').random,
    serverRandom: hello.random,
  }
}

/** The concatenated raw messages before the one at `position`, or through it with `through`. */
export const transcript = (messages: readonly ReplayedMessage[], position: number, through = false): Uint8Array =>
  concat(...messages.slice(0, position + (through ? 1 : 0)).map(({ raw }) => raw))
