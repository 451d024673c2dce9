import { toHex } from '../bytes/convert.js'
import { Secret } from '../bytes/secret.js'
import type { KeptSession } from '../crypto/session.js'
import type { Action } from '../handshake/action.js'
import { answerEvent } from '../handshake/answer.js'
import type { Entropy, MachineEvent, MessageEvent, RenegotiationWish } from '../handshake/event.js'
import { AlignedRecords } from '../handshake/evidence.js'
import { TlsFault } from '../handshake/fault.js'
import type { NeedAnswer, NeedType } from '../handshake/need.js'
import { type MessageLimits, Reassembly } from '../handshake/reassembly.js'
import { unsafeToRenegotiate } from '../handshake/safe-to-renegotiate.js'
import type { Alert } from '../messages/alert.js'
import { encodeHandshake, readHandshakeHeader } from '../messages/handshake.js'
import { readVersion2ClientHello } from '../messages/version-2-client-hello.js'
import { HandshakeType, type HandshakeTypeName } from '../registry/handshake-type.js'
import { nameOf } from '../registry/registry.js'
import type { OpenNeed } from './open-need.js'
import type { ObservedStep, RoleRunner } from './role.js'

/** What a carrier of the handshake has to carry out, in order: everything but needs, secrets and the key log. */
export type ProtocolOutput = Exclude<Action, { type: 'need' | 'forget' | 'logMasterSecret' }>

export interface HandshakeProtocolOptions {
  readonly limits: MessageLimits
  /** Whether something else may come between the pieces of a message; `allow` by default. */
  readonly interleaving?: 'allow' | 'refuse'
  /** Called with a line of the NSS key log format for each master secret. The only way out for a secret. */
  readonly keyLog?: ((line: string) => void) | undefined
  /** Draws what a handshake needs that the peer begins. Without it every wish of the peer's to renegotiate is declined. */
  readonly drawEntropy?: (() => Entropy) | undefined
  /** Sees every step before the secrets it leaves behind are wiped. */
  readonly observe?: ((step: ObservedStep) => void) | undefined
}

const isMessageName = (name: string): name is HandshakeTypeName => Object.hasOwn(HandshakeType, name)

function messageEvent(raw: Uint8Array): MessageEvent {
  const name = nameOf(HandshakeType, readHandshakeHeader(raw).msgType)
  if (!isMessageName(name)) throw new TlsFault('unexpected_message', `handshake message of unknown type ${name}`)
  return { type: name, raw }
}

const asksForHandshake = (name: HandshakeTypeName): boolean => name === 'hello_request' || name === 'client_hello'

/**
 * What the owner of a connection acts upon. Nothing is read on before it was taken: otherwise what a peer sent behind it
 * could end the connection first, and the owner would send on a connection that it believes open.
 */
export const isNews = ({ type }: { readonly type: string }): boolean =>
  type === 'established' ||
  type === 'renegotiationDeclined' ||
  type === 'deliver' ||
  type === 'application_data' ||
  type === 'peerClosed'

/** Asking for a new handshake costs a peer four bytes and us an answer, so without data in between there is an end to it. */
const MAX_CONSECUTIVE_WISHES = 4

/** Messages behind which the peer must wait for us. */
const endsFlight: ReadonlySet<HandshakeTypeName> = new Set(['client_hello', 'server_hello_done', 'finished'])

type Waiting = { readonly type: 'handshake'; readonly fragment: Uint8Array } | { readonly type: 'change_cipher_spec' }

/**
 * The handshake without records (level 2): bytes of the handshake stream go in, actions come out. For carriers that
 * frame and protect messages themselves. The machine behind it is pure; this class holds its state, cuts the stream
 * into messages, and hands out needs. Nothing here throws for what a peer sent.
 */
export class HandshakeProtocol {
  readonly #runner: RoleRunner
  readonly #options: HandshakeProtocolOptions
  readonly #reassembly: Reassembly
  readonly #outputs: ProtocolOutput[] = []
  readonly #waiting: Waiting[] = []
  readonly #answered = new WeakSet<object>()
  /** Needs are abandoned only when the connection ends, and then all of them are: one signal serves them all. */
  readonly #abandoned = new AbortController()
  #need: { readonly open: OpenNeed; taken: boolean } | undefined
  #wishes = 0
  /** News among the outputs. */
  #news = 0

  constructor(runner: RoleRunner, options: HandshakeProtocolOptions) {
    this.#runner = runner
    this.#options = options
    this.#reassembly = new Reassembly(options.limits)
  }

  get role(): RoleRunner['role'] {
    return this.#runner.role
  }

  get state(): RoleRunner['state'] {
    return this.#runner.state
  }

  /** True once nothing more can happen. */
  get ended(): boolean {
    return this.state.name === 'Closed' || this.state.name === 'Failed'
  }

  /** True while handshake messages and ChangeCipherSpec wait for our own side: keys may be about to change. */
  get blocked(): boolean {
    return this.#need !== undefined || this.#waiting.length > 0
  }

  /**
   * True where data may have come in time for which nobody is told yet: a client that does not wait for our Finished may
   * send some right behind its own (False Start), and a ticket is still being sealed.
   */
  get holdsData(): boolean {
    return this.state.name === 'AwaitTicketSealing'
  }

  /** Begins: a client sends ClientHello, with `session` if that is still good; a server waits for one. */
  start(entropy: Entropy, session?: KeptSession): void {
    if (this.state.name !== 'Start') {
      throw new TlsFault('misuse', `a connection starts once, and this one is in ${this.state.name}`)
    }
    this.#dispatch(session === undefined ? { type: 'start', entropy } : { type: 'start', entropy, session })
  }

  /**
   * Begins another handshake on an established connection: a client sends ClientHello, a server HelloRequest. Throws
   * where none can begin: in another state, with a peer that does not know RFC 5746, or on a session resumed without
   * extended_master_secret (RFC 7627 §5.4).
   */
  renegotiate(entropy: Entropy, wish: RenegotiationWish = {}): void {
    const { state } = this
    if (state.name !== 'Connected') throw new TlsFault('misuse', `there is nothing to renegotiate in ${state.name}`)
    const unsafe = unsafeToRenegotiate(state.summary)
    if (unsafe !== undefined) throw new TlsFault('misuse', unsafe)
    this.#dispatch({ type: 'renegotiate', entropy, wish })
  }

  /** Takes a piece of the handshake stream, however it is cut. */
  receiveHandshake(fragment: Uint8Array): void {
    this.#enqueue({ type: 'handshake', fragment })
  }

  /**
   * Takes a ClientHello in the form of SSL 2.0, without the length in front: for the machine it is the ClientHello that it
   * stands for, but the transcript has what was sent (RFC 5246 Appendix E.2).
   */
  receiveVersion2ClientHello(body: Uint8Array): void {
    try {
      const raw = encodeHandshake('client_hello', readVersion2ClientHello(body))
      this.#dispatch({ type: 'client_hello', raw, asSent: body })
    } catch (cause) {
      this.fail(new TlsFault('malformed_message', 'a ClientHello in the form of SSL 2.0 is malformed', { cause }))
    }
  }

  receiveChangeCipherSpec(): void {
    this.#enqueue({ type: 'change_cipher_spec' })
  }

  receiveApplicationData(data: Uint8Array): void {
    if ((this.#options.interleaving ?? 'allow') !== 'allow' && this.#reassembly.buffered > 0) {
      this.fail(new TlsFault('interleaved_message', 'application data between the pieces of a handshake message'))
    }
    if (data.length > 0) this.#wishes = 0
    this.#dispatch({ type: 'application_data', data })
  }

  receiveAlert(alert: Alert): void {
    this.#dispatch({ type: 'alert', alert })
  }

  /** Ends the connection for something that the carrier found. */
  fail(fault: TlsFault): void {
    this.#dispatch({ type: 'fault', fault })
  }

  /** Our side closes: close_notify on an open connection, user_canceled before it in mid-handshake. */
  close(): void {
    this.#dispatch({ type: 'close' })
  }

  endOfTransport(): void {
    this.#dispatch({ type: 'transport_end' })
  }

  /** The open need, handed out once. Its answer goes to `fulfil` or `reject` with the same object. */
  takeNeed(): OpenNeed | undefined {
    if (this.#need === undefined || this.#need.taken) return undefined
    this.#need.taken = true
    return this.#need.open
  }

  /** Answers a need. An answer that comes too late is dropped, and wiped where it is a secret. */
  fulfil<T extends NeedType>(need: OpenNeed<T>, answer: NeedAnswer<T>): void {
    if (this.#settle(need)) this.#dispatch(answerEvent(need.type, answer))
    else wipe(answer)
  }

  /** Says that a need cannot be answered, and why. */
  reject(need: OpenNeed, cause: unknown): void {
    if (this.#settle(need)) this.#dispatch({ type: 'need_refused', need: need.type, cause })
  }

  /** The next thing to carry out, or `undefined`. Goes on with what has arrived where it stopped to be heard. */
  poll(): ProtocolOutput | undefined {
    if (this.#outputs.length === 0) this.#proceed()
    const output = this.#outputs.shift()
    if (output !== undefined && isNews(output)) this.#news--
    return output
  }

  #settle(need: { readonly type: NeedType }): boolean {
    if (this.#answered.has(need)) throw new TlsFault('misuse', `the need ${need.type} was answered twice`)
    this.#answered.add(need)
    if (this.#need?.open !== need) return false
    this.#need = undefined
    return true
  }

  #enqueue(waiting: Waiting): void {
    this.#waiting.push(waiting)
    this.#proceed()
  }

  /** Goes on with what has arrived until a need is open, there is news, the connection ended, or nothing is left. */
  #proceed(): void {
    while (this.#need === undefined && this.#news === 0 && !this.ended) {
      const event = this.#nextEvent()
      if (event === undefined) return
      const before = this.state
      this.#step(event)
      this.#countWishes(before)
    }
    if (this.ended) this.#waiting.length = 0
  }

  /** The one message that leaves the state as it is asks for a new handshake, and is declined or passed over. */
  #countWishes(before: RoleRunner['state']): void {
    if (this.state !== before) {
      this.#wishes = 0
    } else if (++this.#wishes > MAX_CONSECUTIVE_WISHES) {
      const message = `more than ${MAX_CONSECUTIVE_WISHES} wishes to renegotiate in a row`
      this.#step({ type: 'fault', fault: new TlsFault('too_many_warnings', message) })
    }
  }

  #nextEvent(): MachineEvent | undefined {
    try {
      for (;;) {
        const raw = this.#reassembly.next()
        if (raw !== undefined) return this.#messageEvent(raw)
        const waiting = this.#waiting.shift()
        if (waiting === undefined) return undefined
        if (waiting.type === 'change_cipher_spec') {
          return { type: 'change_cipher_spec', aligned: AlignedRecords.of(this.#reassembly.buffered) }
        }
        this.#reassembly.push(waiting.fragment)
      }
    } catch (error) {
      return { type: 'fault', fault: asFault(error) }
    }
  }

  /**
   * What would come behind the last message of a flight would come before our answer, and so too early (RFC 5246 §7.3). A
   * message that may begin a handshake on an open connection brings what one needs.
   */
  #messageEvent(raw: Uint8Array): MessageEvent {
    const event = messageEvent(raw)
    const { buffered } = this.#reassembly
    if (endsFlight.has(event.type) && buffered > 0) {
      throw new TlsFault('excess_handshake_data', `${buffered} bytes behind ${event.type}, which ends a flight`)
    }
    const { drawEntropy } = this.#options
    if (drawEntropy === undefined || this.state.name !== 'Connected' || !asksForHandshake(event.type)) return event
    return { ...event, entropy: drawEntropy() }
  }

  #dispatch(event: MachineEvent): void {
    this.#step(event)
    this.#proceed()
  }

  #step(event: MachineEvent): void {
    if (this.ended) return
    const step = this.#runner.step(event)
    for (const action of step.actions) this.#carryOut(action)
    const broken = this.#show(step)
    for (const action of step.actions) if (action.type === 'forget') action.secret.wipe()
    if (broken !== undefined) this.#step({ type: 'fault', fault: broken })
    if (this.ended) this.#dropNeed()
  }

  /**
   * Tells the observer and the key log, once what the step does is in order: they may call back into the connection, and
   * what that causes comes behind. What they throw ends the connection.
   */
  #show(step: ObservedStep): TlsFault | undefined {
    try {
      this.#options.observe?.(step)
      for (const action of step.actions) {
        if (action.type === 'logMasterSecret') {
          this.#options.keyLog?.(keyLogLine(action.clientRandom, action.masterSecret))
        }
      }
      return undefined
    } catch (cause) {
      return new TlsFault('internal_error', 'the observer or the key log threw', { cause })
    }
  }

  #carryOut(action: Action): void {
    switch (action.type) {
      case 'need': {
        const { type, request } = action.need
        const open = { type, request, signal: this.#abandoned.signal } as OpenNeed // taken apart, type and request lose their correlation
        this.#need = { open, taken: false }
        return
      }
      case 'logMasterSecret':
      case 'forget':
        return // for those who look on first: see `#step`
      default:
        this.#outputs.push(action)
        if (isNews(action)) this.#news++
    }
  }

  #dropNeed(): void {
    this.#abandoned.abort()
    this.#need = undefined
  }
}

/** The secrets that an answer may be, or carry beside what is public. */
function wipe(answer: NeedAnswer<NeedType>): void {
  try {
    if (answer instanceof Secret) answer.wipe()
    else if (typeof answer !== 'object' || answer === null) return
    else if ('preMasterSecret' in answer) answer.preMasterSecret.wipe()
    else if ('masterSecret' in answer) answer.masterSecret.wipe()
    else if ('session' in answer) answer.session.masterSecret.wipe()
  } catch {
    // Of another shape than it should be: nobody waits for it any more who could be told.
  }
}

const keyLogLine = (clientRandom: Uint8Array, masterSecret: Secret): string =>
  `CLIENT_RANDOM ${toHex(clientRandom)} ${masterSecret.use(toHex)}`

const asFault = (error: unknown): TlsFault =>
  error instanceof TlsFault ? error : new TlsFault('internal_error', 'an error inside the library', { cause: error })
