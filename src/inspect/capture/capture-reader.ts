import type { PreSharedKey } from '../../crypto/pre-shared-key.js'
import type { Side } from '../trace.js'
import { CaptureError, type CaptureErrorCode } from './capture-error.js'
import { type CapturedFrame, CaptureFile, type CaptureHandler } from './capture-file.js'
import { Follower, type ReaderParts } from './connection-follower.js'
import type { ConnectionStory } from './connection-story.js'
import { IpFragments } from './ip-fragments.js'
import { KeyStore, type SecretSource } from './key-store.js'
import { type PassedOver, segmentOf } from './packet.js'
import type { CaptureCrypto } from './record-opener.js'
import { type KeptTotal, StoryLog } from './story-log.js'
import { TcpTable } from './tcp-table.js'

export interface CaptureReaderOptions {
  /** Hashes, record ciphers and signatures: a provider. */
  readonly crypto: CaptureCrypto
  /** Text of NSS key logs. Those inside of a pcapng capture are used without asking. */
  readonly keyLog?: string
  /** DER PrivateKeyInfo of servers' RSA keys: they open handshakes with RSA key exchange. */
  readonly rsaKeys?: readonly Uint8Array[]
  /** Keys that two ends share: they open handshakes with the plain PSK exchange, and with RSA_PSK beside the RSA key. */
  readonly preSharedKeys?: readonly PreSharedKey[]
  /** Octets of decrypted application data to keep in each entry; 4,096 by default. */
  readonly keepApplicationData?: number
  /** Keeps every record as it was on the wire with what it told, within the bounds of what a story keeps. */
  readonly keepRecords?: boolean
  /** Called with each connection that spoke TLS, when it ends. */
  readonly onConnection?: (story: ConnectionStory) => void
  /** Called with decrypted application data as it comes: for the whole of it, whatever the stories keep. */
  readonly onApplicationData?: (data: CapturedApplicationData) => void
}

export interface CapturedApplicationData {
  readonly client: string
  readonly server: string
  readonly sender: Side
  /** Valid during the call. */
  readonly data: Uint8Array
  readonly time: number
}

/** What a capture held, besides the stories. */
export interface CaptureSummary {
  readonly bytes: number
  readonly frames: number
  /** Connections that spoke TLS, and those that did not. */
  readonly connections: number
  readonly otherConnections: number
  /** Frames that are in no connection, by reason. Fragments count where no whole packet came of them. */
  readonly passedOver: Readonly<Record<PassedOver, number>>
  /** IP packets that were put together from fragments. */
  readonly reassembledPackets: number
  /** Lines with a master secret: in key logs that were found in the capture itself, and in the one that was given. */
  readonly keyLogLines: number
  readonly givenKeyLogLines: number
  /** Handshakes whose master secret was known, by where it came from. */
  readonly opened: Readonly<Record<SecretSource, number>>
  /** Octets at the end that are no whole record: the capture was cut. */
  readonly cutOff: number
  /** Where the file is broken, so that nothing behind it was read. */
  readonly broken?: { readonly code: CaptureErrorCode; readonly offset: number; readonly message: string }
}

const DEFAULT_KEPT_DATA = 4096

/**
 * Reads a capture as it comes and tells each connection that spoke TLS when it ends. What it keeps is bounded by the
 * connections that are open, each within stated bounds. Throws `CaptureError` for a file that is no capture or a broken
 * one, and never for the traffic in it.
 */
export class CaptureReader {
  readonly #keys = new KeyStore()
  readonly #kept: KeptTotal = { bytes: 0 }
  readonly #handler: CaptureHandler
  #file: CaptureFile
  /** Of the files before this one. */
  #bytes = 0
  #isLater = false
  #cutOff = 0
  #broken: CaptureError | undefined
  readonly #table: TcpTable
  readonly #passedOver: Record<PassedOver, number> = {
    'other link type': 0,
    'not IP': 0,
    'not TCP': 0,
    'IP fragment': 0,
    malformed: 0,
  }
  readonly #fragments = new IpFragments()
  #frames = 0
  #connections = 0
  #others = 0
  #keyLogLines = 0
  #givenLines = 0
  readonly #opened: Record<SecretSource, number> = {
    'the key log': 0,
    'the RSA key of the server': 0,
    'the pre-shared key': 0,
    'the session that it resumes': 0,
  }

  /** Throws `TypeError` for an RSA key that is none. */
  constructor(options: CaptureReaderOptions) {
    if (options.keyLog !== undefined) this.#givenLines = this.#keys.addKeyLog(options.keyLog)
    for (const key of options.rsaKeys ?? []) this.#keys.addRsaKey(key, options.crypto)
    for (const psk of options.preSharedKeys ?? []) this.#keys.addPreSharedKey(psk)
    this.#handler = {
      frame: (frame) => this.#frame(frame),
      secrets: (text) => {
        this.#keyLogLines += this.#keys.addKeyLog(text)
      },
    }
    this.#file = new CaptureFile(this.#handler)
    const parts: ReaderParts = {
      parts: () => ({
        log: new StoryLog(this.#kept, options.keepApplicationData ?? DEFAULT_KEPT_DATA),
        options,
        keys: this.#keys,
        kept: this.#kept,
      }),
      tell: (story) => {
        for (const { known } of story.handshakes) if (known !== undefined) this.#opened[known.source]++
        options.onConnection?.({ number: ++this.#connections, ...story })
      },
      other: () => {
        this.#others++
      },
    }
    this.#table = new TcpTable((begin) => new Follower(parts, begin))
  }

  /** Bytes of the capture that were read. */
  get bytesRead(): number {
    return this.#bytes + this.#file.offset
  }

  /** Takes the next piece of the file. Throws `CaptureError`. */
  push(chunk: Uint8Array): void {
    this.#file.push(chunk)
  }

  /**
   * The file is over, and another one follows that goes on where it ended, as tools write them that begin a new one each
   * hour: connections and sessions last from one to the next. Throws `CaptureError` where it was no capture and the first of them.
   */
  nextFile(): void {
    this.#endFile()
    this.#isLater = this.#bytes > 0
    this.#file = new CaptureFile(this.#handler)
  }

  /**
   * The capture is over: tells the connections that are still open, also where it broke. Throws `CaptureError` where it was
   * no capture.
   */
  finish(): CaptureSummary {
    this.#endFile()
    this.#table.finish()
    const broken = this.#broken
    return {
      bytes: this.#bytes,
      frames: this.#frames,
      connections: this.#connections,
      otherConnections: this.#others,
      passedOver: {
        ...this.#passedOver,
        'IP fragment': this.#passedOver['IP fragment'] - this.#fragments.used,
      },
      reassembledPackets: this.#fragments.packets,
      keyLogLines: this.#keyLogLines,
      givenKeyLogLines: this.#givenLines,
      opened: { ...this.#opened },
      cutOff: this.#cutOff,
      ...(broken === undefined
        ? {}
        : { broken: { code: broken.code, offset: broken.offset, message: broken.message } }),
    }
  }

  #endFile(): void {
    try {
      this.#cutOff += this.#file.finish()
      this.#broken ??= this.#file.fault
    } catch (error) {
      if (!(error instanceof CaptureError) || !this.#isLater) throw error
      this.#broken ??= error
    }
    this.#bytes += this.#file.offset
  }

  #frame(frame: CapturedFrame): void {
    this.#frames++
    const segment = segmentOf(frame, this.#fragments)
    if (typeof segment === 'string') this.#passedOver[segment]++
    else this.#table.accept(segment)
  }
}
