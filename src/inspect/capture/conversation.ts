import { TlsFault } from '../../handshake/fault.js'
import { type MessageLimits, Reassembly } from '../../handshake/reassembly.js'
import { readHandshakeHeader } from '../../messages/handshake.js'
import { HEADER_LENGTH } from '../../record/plaintext.js'
import { ContentType } from '../../registry/content-type.js'
import { HandshakeType } from '../../registry/handshake-type.js'
import { ProtocolVersion } from '../../registry/protocol-version.js'
import { nameOf } from '../../registry/registry.js'
import type { Side } from '../trace.js'
import { plural, versionText } from '../words.js'
import type { CapturedHandshake } from './captured-handshake.js'
import { HandshakeObserver } from './handshake-observer.js'
import type { KeyStore } from './key-store.js'
import { isMessageName, RecordKeeper } from './record-keeper.js'
import { type CaptureCrypto, RecordOpener } from './record-opener.js'
import { RecordScanner, type ScannedRecord } from './record-scanner.js'
import { KEPT_OVERHEAD, type KeptTotal, MAX_KEPT_TOTAL, type StoryLog } from './story-log.js'

/** Far above what any real chain needs; a message that says it is longer is not waited for. */
const LIMITS: MessageLimits = { message: 0x20000, certificate: 0x80000 }

/** Handshakes of one connection that are kept for replays: renegotiation may go on for ever. */
const MAX_HANDSHAKES = 16

const TOO_MUCH = 'too much is kept of all connections at a time'

/** An alert under no keys, which every version reads alike: under keys it is longer, or is not called an alert. */
const isBareAlert = ({ type, length }: ScannedRecord): boolean => type === ContentType.alert && length === 2

/** What is known of one sender. */
interface SenderState {
  readonly scanner: RecordScanner
  reassembly: Reassembly
  /** After its ChangeCipherSpec: what opens its records, or why nothing does. */
  protection: 'none' | RecordOpener | { readonly reason: string }
  records: number
  applicationData: number
}

export interface ConversationOptions {
  readonly crypto: CaptureCrypto
  readonly keys: KeyStore
  readonly log: StoryLog
  /** Where messages that are not complete count too. */
  readonly kept: KeptTotal
  readonly keepRecords: boolean
  readonly onApplicationData: (sender: Side, data: Uint8Array, time: number) => void
}

/** Reads what client and server say to each other in TLS, record by record. Never throws for what was captured. */
export class Conversation {
  readonly #options: ConversationOptions
  readonly #keeper: RecordKeeper
  readonly #senders: Readonly<Record<Side, SenderState>>
  readonly #handshakes: CapturedHandshake[] = []
  #observer: HandshakeObserver | undefined
  /** What the handshakes that are kept for replays take of what may be kept. */
  #keptForReplays = 0
  /** Says why nothing further can be read, once that is so: another version, mostly. */
  #closed = false
  #time = 0

  constructor(options: ConversationOptions) {
    this.#options = options
    this.#keeper = new RecordKeeper(options.log, options.keepRecords)
    this.#senders = { client: this.#newSender('client'), server: this.#newSender('server') }
  }

  get totals(): Readonly<Record<Side, { readonly records: number; readonly applicationData: number }>> {
    const of = ({ records, applicationData }: SenderState) => ({ records, applicationData })
    return { client: of(this.#senders.client), server: of(this.#senders.server) }
  }

  data(sender: Side, bytes: Uint8Array, time: number): void {
    this.#time = time
    this.#senders[sender].scanner.push(bytes)
  }

  /** The client's hello came in the form of SSL 2.0, which is told and not read. */
  version2Hello(length: number, time: number): void {
    this.#time = time
    this.#beginHandshake().breakOff('its ClientHello has the form of SSL 2.0')
    this.#remark(`a ClientHello in the form of SSL 2.0 from the client, ${length} bytes, which is not read here`)
  }

  gap(sender: Side, length: number): void {
    if (this.#senders[sender].scanner.isLost) return
    this.#remark(`${length} bytes of the ${sender}'s are not in the capture`)
    this.#senders[sender].scanner.gap(length)
  }

  /** Whether another message of so many octets may be kept, which counts until the end. */
  #mayKeep(octets: number): boolean {
    const { kept } = this.#options
    const size = octets + KEPT_OVERHEAD
    if (kept.bytes + size > MAX_KEPT_TOTAL) return false
    kept.bytes += size
    this.#keptForReplays += size
    return true
  }

  /** Ends it, and gives what was seen of each handshake. */
  close(): readonly CapturedHandshake[] {
    for (const { protection } of Object.values(this.#senders))
      if (protection instanceof RecordOpener) protection.close()
    this.#keepHandshake()
    this.#options.log.endRecords()
    this.#tellUnfinished('client')
    this.#tellUnfinished('server')
    for (const { reassembly } of Object.values(this.#senders)) this.#options.kept.bytes -= reassembly.buffered
    this.#options.kept.bytes -= this.#keptForReplays
    this.#keptForReplays = 0
    return this.#handshakes
  }

  /** What is there of a last record. */
  #tellUnfinished(sender: Side): void {
    const { unfinished } = this.#senders[sender].scanner
    if (unfinished.length === 0) return
    const text = `the ${sender} ends in the middle of a record, ${plural(unfinished.length, 'byte')} of it are there`
    const raw = this.#keeper.isOn ? { raw: unfinished } : {}
    this.#options.log.add({ type: 'remark', time: this.#time, text, sender, ...raw })
  }

  #newSender(side: Side): SenderState {
    const scanner = new RecordScanner({
      wants: (type) =>
        type !== ContentType.application_data ||
        this.#keeper.isOn ||
        this.#senders[side].protection instanceof RecordOpener,
      record: (record) => this.#record(side, record),
      lost: (why) => this.#lost(side, why),
    })
    return { scanner, reassembly: new Reassembly(LIMITS), protection: 'none', records: 0, applicationData: 0 }
  }

  #remark(text: string): void {
    this.#options.log.add({ type: 'remark', time: this.#time, text })
  }

  #lost(side: Side, why: 'not TLS' | 'gap'): void {
    this.#observer?.breakOff(`not all that the ${side} said could be read`)
    const because = why === 'gap' ? 'where a record begins behind it is not known' : 'what comes is no TLS record'
    this.#remark(`nothing further of the ${side}'s is read: ${because}`)
  }

  #record(side: Side, record: ScannedRecord): void {
    const sender = this.#senders[side]
    sender.records++
    const { protection } = sender
    if (protection instanceof RecordOpener) this.#open(side, protection, record)
    else if (protection === 'none' && (!this.#closed || isBareAlert(record))) this.#plaintext(side, record)
    else {
      this.#keeper.keep(side, record, { type: protection === 'none' ? 'plain' : 'sealed' })
      this.#unreadable(side, record)
    }
  }

  #startsFresh(side: Side): boolean {
    return this.#senders[side].reassembly.buffered === 0
  }

  #plaintext(side: Side, record: ScannedRecord): void {
    const { type, whole, length } = record
    // In mid-stream nobody knows whether keys are in use, but an alert of another length is under some.
    if (type === ContentType.alert && length !== 2 && this.#observer === undefined && this.#handshakes.length === 0) {
      this.#keeper.keep(side, record, { type: 'sealed' })
      this.#unreadable(side, record)
    } else if (whole !== undefined) {
      const content = whole.subarray(HEADER_LENGTH)
      this.#keeper.keepPlain(side, record, content, this.#startsFresh(side))
      this.#fragment(side, type, content)
    } else if (type === ContentType.application_data) this.#applicationData(side, length)
    else this.#missingRecord(side)
  }

  /** Forgets a message that will not be complete. */
  #missingRecord(side: Side): void {
    this.#breakOff(side)
    this.#options.kept.bytes -= this.#senders[side].reassembly.buffered
    this.#senders[side].reassembly = new Reassembly(LIMITS)
  }

  #breakOff(side: Side): void {
    this.#observer?.breakOff(`a part of what the ${side} said could not be read`)
  }

  #open(side: Side, opener: RecordOpener, record: ScannedRecord): void {
    if (record.whole === undefined) {
      opener.skip()
      if (record.type === ContentType.handshake) this.#missingRecord(side)
      this.#unreadable(side, record)
      return
    }
    const opened = opener.open(record.whole)
    if (typeof opened !== 'string') {
      this.#keeper.keepOpened(side, record, opened, opener, this.#startsFresh(side))
      this.#fragment(side, opened.type, opened.fragment)
      return
    }
    opener.close()
    this.#senders[side].protection = { reason: opened }
    this.#observer?.breakOff(`a record of the ${side}'s did not open`)
    this.#remark(`nothing further of the ${side}'s is decrypted: ${opened}`)
    this.#keeper.keep(side, record, { type: 'sealed' })
    this.#unreadable(side, record)
  }

  #unreadable(side: Side, { type, length }: ScannedRecord): void {
    const { log } = this.#options
    if (type === ContentType.application_data) this.#applicationData(side, length)
    else if (type === ContentType.alert) log.add({ type: 'alert', time: this.#time, sender: side, size: length })
    else if (type === ContentType.change_cipher_spec && this.#closed) return
    else log.add({ type: 'unreadable', time: this.#time, sender: side, contentType: type, size: length })
  }

  #applicationData(side: Side, size: number, data?: Uint8Array): void {
    this.#senders[side].applicationData += size
    this.#options.log.applicationData(side, this.#time, size, data)
    if (data !== undefined) this.#options.onApplicationData(side, data, this.#time)
  }

  #fragment(side: Side, type: number, fragment: Uint8Array): void {
    switch (type) {
      case ContentType.handshake:
        this.#handshake(side, fragment)
        return
      case ContentType.change_cipher_spec:
        this.#changeCipherSpec(side)
        return
      case ContentType.alert:
        this.#alert(side, fragment)
        return
      case ContentType.application_data:
        this.#applicationData(side, fragment.length, fragment)
        return
      default:
        this.#remark(`a record of type ${type} from the ${side}, ${fragment.length} bytes`)
    }
  }

  #alert(sender: Side, fragment: Uint8Array): void {
    const [level = 0, description = 0] = fragment
    if (fragment.length !== 2) this.#remark(`an alert record of ${fragment.length} bytes from the ${sender}`)
    if (this.#mayKeep(0)) this.#observer?.alert(sender, level, description)
    this.#options.log.add({ type: 'alert', time: this.#time, sender, alert: { level, description } })
  }

  #handshake(side: Side, fragment: Uint8Array): void {
    const { reassembly } = this.#senders[side]
    const { kept } = this.#options
    kept.bytes -= reassembly.buffered
    try {
      reassembly.push(fragment)
      for (let raw = reassembly.next(); raw !== undefined; raw = reassembly.next()) this.#message(side, raw)
      kept.bytes += reassembly.buffered
    } catch (error) {
      if (!(error instanceof TlsFault)) throw error
      this.#senders[side].reassembly = new Reassembly(LIMITS)
      this.#breakOff(side)
      this.#remark(`from the ${side}: ${error.message}`)
    }
    if (kept.bytes <= MAX_KEPT_TOTAL || reassembly.buffered === 0) return
    this.#missingRecord(side)
    this.#remark(`a message of the ${side}'s is not read: too many are incomplete at a time`)
  }

  #message(sender: Side, raw: Uint8Array): void {
    const { msgType } = readHandshakeHeader(raw)
    const name = nameOf(HandshakeType, msgType)
    if (!isMessageName(name)) {
      this.#observer?.breakOff(`it has a message of type ${msgType}`)
      this.#remark(`a handshake message of type ${msgType} from the ${sender}, ${raw.length} bytes`)
      return
    }
    if (!this.#mayKeep(raw.length)) {
      this.#breakOff(sender)
      this.#remark(`a ${name} of the ${sender}'s is not read: ${TOO_MUCH}`)
      return
    }
    if (name === 'client_hello') this.#beginHandshake()
    const isProtected = this.#senders[sender].protection !== 'none'
    const observer = this.#observer ?? this.#beginHandshake()
    const checks = observer.message(sender, name, raw)
    this.#options.log.add({ type: 'message', time: this.#time, sender, name, raw, isProtected, checks })
    if (name === 'server_hello') this.#checkVersion(observer)
  }

  #beginHandshake(): HandshakeObserver {
    const before = this.#observer
    this.#keepHandshake()
    const isFirst = before === undefined && this.#handshakes.length === 0
    this.#observer = new HandshakeObserver(
      this.#options.crypto,
      this.#options.keys,
      isFirst ? 'none' : (before?.finished ?? 'not known'),
    )
    return this.#observer
  }

  #keepHandshake(): void {
    const observer = this.#observer
    if (observer !== undefined && this.#handshakes.length < MAX_HANDSHAKES) this.#handshakes.push(observer.handshake)
    this.#observer = undefined
  }

  #checkVersion({ facts: { version } }: HandshakeObserver): void {
    if (version === undefined || version === ProtocolVersion.TLSv1_2) return
    this.#closed = true
    this.#remark(
      `the server chose ${versionText(version)}: what follows the hellos is not read here, which is TLS 1.2 only`,
    )
  }

  #changeCipherSpec(sender: Side): void {
    const state = this.#senders[sender]
    if (state.reassembly.buffered > 0) {
      this.#remark(`the ${sender} changes keys in the middle of a message`)
      this.#missingRecord(sender)
    }
    const observer = this.#observer ?? this.#beginHandshake()
    const { checks, protection } = this.#mayKeep(0)
      ? observer.changeCipherSpec(sender)
      : { checks: [], protection: { reason: TOO_MUCH } }
    if (state.protection instanceof RecordOpener) state.protection.close()
    state.protection =
      'keys' in protection ? new RecordOpener(this.#options.crypto, sender, protection.keys) : protection
    const entry = { type: 'change_cipher_spec', time: this.#time, sender, checks } as const
    this.#options.log.add('keys' in protection ? entry : { ...entry, unreadable: protection.reason })
  }
}
