import { publicEqual } from '../../bytes/equal.js'
import { MalformedError } from '../../bytes/reader.js'
import { encode } from '../../codec/codec.js'
import type { CertificateKind } from '../../crypto/key-types.js'
import { RawPublicKey } from '../../messages/certificate.js'
import {
  decodeHandshakeBody,
  encodeHandshake,
  frameHandshake,
  type HandshakeMessages,
} from '../../messages/handshake.js'
import { HandshakeType, type HandshakeTypeName } from '../../registry/handshake-type.js'
import type { Side } from '../trace.js'
import type { CapturedHandshake, HandshakeItem } from './captured-handshake.js'
import { type CaptureCheck, notChecked, wrong } from './check.js'
import { examine } from './examination.js'
import type { Examined, PreviousHandshake } from './examined.js'
import { HandshakeFacts } from './handshake-facts.js'
import { HandshakeSecrets, type KeysOrReason } from './handshake-secrets.js'
import type { KeyStore } from './key-store.js'
import { OrderCheck } from './order-check.js'
import type { CaptureCrypto } from './record-opener.js'
import { checkResumption } from './session-checks.js'
import type { OrderEvent } from './table-walk.js'

/** More than any handshake has, all messages together: what is behind it is told, but not checked. */
const MAX_TRANSCRIPT = 0x100000

/** The one message whose form depends on what was agreed (RFC 7250 §3). */
function decodeAs<N extends HandshakeTypeName>(name: N, raw: Uint8Array, type: CertificateKind): HandshakeMessages[N] {
  if (name !== 'certificate' || type === 'X509') return decodeHandshakeBody(name, raw)
  // `name` is 'certificate', which the compiler does not carry over to `N`
  return decodeHandshakeBody('certificate', raw, RawPublicKey) as HandshakeMessages[N]
}

function encodeAs<N extends HandshakeTypeName>(
  name: N,
  message: HandshakeMessages[N],
  type: CertificateKind,
): Uint8Array {
  if (name !== 'certificate' || type === 'X509') return encodeHandshake(name, message)
  // the same again
  return frameHandshake(HandshakeType.certificate, encode(RawPublicKey, message as HandshakeMessages['certificate']))
}

/**
 * Watches one handshake from outside and recomputes what both ends had to check: form and order of the messages, what
 * each message gives its receiver to check (examination.ts), the master secret where it can be known, and Finished. Never
 * throws for what was captured.
 */
export class HandshakeObserver {
  readonly #facts = new HandshakeFacts()
  readonly #order = new OrderCheck()
  readonly #examined: Examined
  readonly #secrets: HandshakeSecrets
  readonly #verifyData: Partial<Record<Side, Uint8Array>> = {}
  #size = 0
  /** Why nothing can be checked any more. */
  #broken: string | undefined

  constructor(crypto: CaptureCrypto, keys: KeyStore, previous: PreviousHandshake | 'none' | 'not known') {
    this.#examined = { facts: this.#facts, previous, crypto }
    this.#secrets = new HandshakeSecrets(this.#facts, keys, crypto)
  }

  get facts(): HandshakeFacts {
    return this.#facts
  }

  get handshake(): CapturedHandshake {
    const { items, road, suite } = this.#facts
    const broken = this.#broken === undefined ? {} : { broken: this.#broken }
    return { items, road, suite, known: this.#secrets.known, ...broken }
  }

  /** What a renegotiation is bound to, once both sides are finished. */
  get finished(): PreviousHandshake | 'not known' {
    const { client, server } = this.#verifyData
    if (client === undefined || server === undefined) return 'not known'
    const { previous } = this.#examined
    const before = typeof previous !== 'string' && previous.encryptThenMac
    return { client, server, encryptThenMac: before || this.#facts.encryptThenMac }
  }

  /** A message or a part of one is not in the capture. */
  breakOff(why: string): void {
    // Behind both Finished there is nothing left to be checked.
    if (this.finished === 'not known') this.#broken ??= why
  }

  message<N extends HandshakeTypeName>(sender: Side, name: N, raw: Uint8Array): CaptureCheck[] {
    this.#size += raw.length
    if (this.#size > MAX_TRANSCRIPT) this.breakOff(`the handshake is longer than ${MAX_TRANSCRIPT} bytes`)
    const order = this.#judgeOrder(sender, name)
    const found = attempt(() => this.#read(sender, name, raw))
    this.#keep({ type: 'message', sender, name, raw })
    return [...order, ...found, ...attempt(() => this.#exchange(name, raw))]
  }

  /** The sender changes keys: those that its records are under from now on. */
  changeCipherSpec(sender: Side): { readonly checks: CaptureCheck[]; readonly protection: KeysOrReason } {
    const checks = this.#judgeOrder(sender, 'change_cipher_spec')
    const resumes = sender === 'server' && this.#facts.isAbbreviated && this.#broken === undefined
    if (resumes) checks.push(...checkResumption(this.#facts, this.#secrets.resumed))
    this.#size++
    this.#keep({ type: 'change_cipher_spec', sender })
    return { checks, protection: this.#secrets.connectionKeys }
  }

  /** An alert that can be read: until both sides are finished it belongs to the handshake. */
  alert(sender: Side, level: number, description: number): void {
    this.#size++
    if (this.finished === 'not known') this.#keep({ type: 'alert', sender, level, description })
  }

  #keep(item: HandshakeItem): void {
    if (this.#size <= MAX_TRANSCRIPT) this.#facts.items.push(item)
  }

  #judgeOrder(sender: Side, event: OrderEvent): CaptureCheck[] {
    return this.#broken === undefined ? this.#order.receive(sender, event, this.#facts) : []
  }

  #read<N extends HandshakeTypeName>(sender: Side, name: N, raw: Uint8Array): readonly CaptureCheck[] {
    const type = this.#facts.certificateTypes[sender]
    const message = decodeAs(name, raw, type)
    const form = publicEqual(encodeAs(name, message, type), raw) ? [] : [wrong('form', 'it encodes to other bytes')]
    this.#facts.note(sender, name, message)
    const noted: Partial<HandshakeMessages> = { [name]: message }
    if (this.#broken !== undefined) return [...form, ...giveUpOn(name, this.#broken)]
    if (noted.new_session_ticket !== undefined) this.#secrets.rememberTicket(noted.new_session_ticket.ticket)
    return [...form, ...examine(this.#examined, name, message, sender), ...this.#finish(sender, noted.finished)]
  }

  /** How the secrets come about, now that ClientKeyExchange is in the transcript. */
  #exchange(name: HandshakeTypeName, raw: Uint8Array): readonly CaptureCheck[] {
    if (name !== 'client_key_exchange' || this.#broken !== undefined) return []
    return this.#secrets.exchange(decodeHandshakeBody('client_key_exchange', raw).body)
  }

  #finish(sender: Side, finished: HandshakeMessages['finished'] | undefined): readonly CaptureCheck[] {
    if (finished === undefined) return []
    // Each is computed over the whole handshake: one that comes over and over would cost more than it is worth.
    if (this.#verifyData[sender] !== undefined) return [notChecked('Finished', 'there was one before')]
    this.#verifyData[sender] = finished.verifyData
    return [this.#secrets.finished(sender, finished.verifyData), ...this.#order.outcome()]
  }
}

/** What cannot be recomputed without the whole handshake. */
function giveUpOn(name: HandshakeTypeName, why: string): readonly CaptureCheck[] {
  if (name === 'finished') return [notChecked('Finished', why)]
  return name === 'certificate_verify' || name === 'server_key_exchange' ? [notChecked('signature', why)] : []
}

/** What was found; and where a part of the message does not decode, that. */
function attempt(check: () => readonly CaptureCheck[]): readonly CaptureCheck[] {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
    return [wrong('form', error.message)]
  }
}
