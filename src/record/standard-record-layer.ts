import type { DirectionKeys, RecordLimits } from '../crypto/connection-keys.js'
import type { HashPrimitives } from '../crypto/primitives.js'
import type { RecordCiphers } from '../crypto/record-ciphers.js'
import { ContentType } from '../registry/content-type.js'
import { ProtocolVersion } from '../registry/protocol-version.js'
import { aeadProtection } from './aead.js'
import { cbcProtection } from './cbc.js'
import { encryptThenMacProtection } from './cbc-encrypt-then-mac.js'
import { checkFragmentLength, fragment, longestFragment } from './fragment.js'
import { KeyWear } from './key-wear.js'
import { nullProtection } from './null.js'
import {
  beginsWithVersion2Hello,
  checkBeginning,
  checkEmptiness,
  HEADER_LENGTH,
  isContentType,
  MAX_PLAINTEXT_LENGTH,
  mayBeEmpty,
  type RecordHeader,
  readHeader,
  VERSION_2_HEADER_LENGTH,
  version2Length,
  writeHeader,
} from './plaintext.js'
import { type Protection, PSEUDO_HEADER_LENGTH, writeTypeAndVersion } from './protection.js'
import { ReceiveBuffer } from './receive-buffer.js'
import { RecordError } from './record-error.js'
import { type RecordLayer, type TlsRecord, VERSION_2_HELLO } from './record-layer.js'
import { SequenceNumber } from './sequence-number.js'

export interface StandardRecordLayerOptions {
  readonly crypto: RecordCiphers & HashPrimitives & { randomBytes(length: number): Uint8Array }
  readonly role: 'client' | 'server'
  /** Most bytes of plaintext in a record that is sent: 1 to 2^14, which is the default. */
  readonly maxFragmentLength?: number
  /** Whether a server takes a ClientHello in the form of SSL 2.0 (RFC 5246 Appendix E.2); `refuse` by default. */
  readonly version2Hello?: 'refuse' | 'accept'
}

/** The record layer of TLS 1.2 (RFC 5246 §6). Throws `RangeError` for a `maxFragmentLength` out of range. */
export function standardRecordLayer(options: StandardRecordLayerOptions): RecordLayer {
  return recordLayerStartingAt(options, 0n)
}

/** For tests of the far end of the sequence numbers: each set of keys begins at `firstSequenceNumber`. */
export function recordLayerStartingAt(options: StandardRecordLayerOptions, firstSequenceNumber: bigint): RecordLayer {
  return new StandardRecordLayer(options, firstSequenceNumber)
}

/** A connection state in one direction (RFC 5246 §6.1), with scratch memory for what its integrity check covers. */
interface Direction {
  readonly isProtected: boolean
  readonly protection: Protection
  readonly sequenceNumber: SequenceNumber
  readonly wear: KeyWear
  readonly pseudoHeader: Uint8Array
  readonly maxPlaintextLength: number
  /** What follows from that for fragments as they are on the wire. */
  readonly maxLength: number
}

/** Throws `RangeError` for a limit that no record may have. */
function limited(
  direction: Omit<Direction, 'maxPlaintextLength' | 'maxLength'>,
  maxPlaintextLength = MAX_PLAINTEXT_LENGTH,
): Direction {
  checkFragmentLength(maxPlaintextLength)
  const maxLength = longestFragment(maxPlaintextLength, direction.isProtected ? direction.protection : undefined)
  return { ...direction, maxPlaintextLength, maxLength }
}

class StandardRecordLayer implements RecordLayer {
  readonly #options: StandardRecordLayerOptions
  readonly #maxFragmentLength: number
  readonly #firstSequenceNumber: bigint
  readonly #input = new ReceiveBuffer()
  #reading: Direction
  #writing: Direction
  #fault: RecordError | undefined
  #hasOpened = false
  #hasSentHandshake = false
  /** Of the latest record that was opened. */
  #peersVersion: ProtocolVersion = ProtocolVersion.TLSv1_2

  constructor(options: StandardRecordLayerOptions, firstSequenceNumber: bigint) {
    this.#options = options
    this.#maxFragmentLength = checkFragmentLength(options.maxFragmentLength ?? MAX_PLAINTEXT_LENGTH)
    this.#firstSequenceNumber = firstSequenceNumber
    this.#reading = this.#direction(nullProtection)
    this.#writing = this.#direction(nullProtection)
  }

  get buffered(): number {
    return this.#input.length
  }

  receive(bytes: Uint8Array): void {
    if (this.#fault === undefined) this.#input.append(bytes)
  }

  peek(): ContentType | undefined {
    return this.#orBreak(() => (this.#mayBeVersion2() ? VERSION_2_HELLO : this.#completeHeader()?.type))
  }

  next(): TlsRecord | undefined {
    return this.#orBreak(() => {
      if (this.#mayBeVersion2()) return this.#openVersion2()
      const header = this.#completeHeader()
      return header === undefined ? undefined : this.#open(header)
    })
  }

  seal(type: ContentType, payload: Uint8Array): Uint8Array {
    if (!isContentType(type)) throw new RangeError(`content type ${type} cannot be sent`)
    if (payload.length === 0 && !mayBeEmpty(type)) throw new RangeError('only application data may be empty')
    const { protection, sequenceNumber, wear, maxPlaintextLength } = this.#writing
    const fragments = fragment(payload, Math.min(this.#maxFragmentLength, maxPlaintextLength))
    sequenceNumber.require(fragments.length)
    let total = 0
    for (const part of fragments) total += HEADER_LENGTH + protection.sealedLength(part.length)
    if (type === ContentType.application_data) wear.require(fragments.length, total)
    wear.add(fragments.length, total)
    const output = new Uint8Array(total)
    let at = 0
    for (const part of fragments) at = this.#sealOne(type, part, output, at)
    return output
  }

  installReadKeys(keys: DirectionKeys): void {
    const replaced = this.#reading.protection
    this.#reading = this.#direction(this.#protection(keys), keys)
    replaced.wipe()
  }

  installWriteKeys(keys: DirectionKeys): void {
    const replaced = this.#writing.protection
    this.#writing = this.#direction(this.#protection(keys), keys)
    replaced.wipe()
  }

  limitRecords(limits: RecordLimits): void {
    const other = this.#options.role === 'client' ? 'server' : 'client'
    this.#writing = limited(this.#writing, limits[this.#options.role])
    this.#reading = limited(this.#reading, limits[other])
  }

  close(): void {
    this.#reading.protection.wipe()
    this.#writing.protection.wipe()
    this.#input.clear()
  }

  #direction(protection: Protection, keys?: DirectionKeys): Direction {
    const sequenceNumber = new SequenceNumber(this.#firstSequenceNumber)
    const pseudoHeader = new Uint8Array(PSEUDO_HEADER_LENGTH)
    const wear = new KeyWear(keys?.bulk)
    const direction = { protection, isProtected: keys !== undefined, sequenceNumber, wear, pseudoHeader }
    return limited(direction, keys?.maxPlaintextLength)
  }

  #protection(keys: DirectionKeys): Protection {
    const { crypto } = this.#options
    const { bulk } = keys
    if (bulk.type === 'aead') return aeadProtection(crypto, bulk, keys)
    return bulk.encryptThenMac ? encryptThenMacProtection(crypto, bulk, keys) : cbcProtection(crypto, bulk, keys)
  }

  /** Runs `f` unless the peer has broken the stream before; what it throws for the peer is thrown ever after. */
  #orBreak<T>(f: () => T): T {
    if (this.#fault !== undefined) throw this.#fault
    try {
      return f()
    } catch (error) {
      if (error instanceof RecordError) {
        this.#fault = error
        this.#input.clear()
      }
      throw error
    }
  }

  /** The next record's header, judged as soon as it is there, and returned once its fragment is too. */
  #completeHeader(): RecordHeader | undefined {
    if (this.#input.length < HEADER_LENGTH) return undefined
    const bytes = this.#input.view(0, HEADER_LENGTH)
    if (!this.#hasOpened) checkBeginning(bytes, this.#options.role)
    const header = readHeader(bytes, this.#reading)
    return this.#input.length < HEADER_LENGTH + header.length ? undefined : header
  }

  /** A ClientHello of SSL 2.0 is taken as the very first thing only, and only where that was asked for. */
  #mayBeVersion2(): boolean {
    if (this.#hasOpened || this.#options.version2Hello !== 'accept' || this.#options.role !== 'server') return false
    return this.#input.length >= HEADER_LENGTH && beginsWithVersion2Hello(this.#input.view(0, HEADER_LENGTH))
  }

  #openVersion2(): TlsRecord | undefined {
    const length = version2Length(this.#input.view(0, VERSION_2_HEADER_LENGTH))
    if (this.#input.length < VERSION_2_HEADER_LENGTH + length) return undefined
    const fragment = this.#input.view(VERSION_2_HEADER_LENGTH, length).slice()
    this.#input.consume(VERSION_2_HEADER_LENGTH + length)
    this.#hasOpened = true
    return { type: VERSION_2_HELLO, fragment }
  }

  #open(header: RecordHeader): TlsRecord {
    const { protection, sequenceNumber, pseudoHeader, maxPlaintextLength } = this.#reading
    sequenceNumber.require(1)
    sequenceNumber.take(pseudoHeader)
    writeTypeAndVersion(pseudoHeader, header.type, header.version)
    const opened = protection.open(pseudoHeader, this.#input.view(HEADER_LENGTH, header.length))
    checkEmptiness(header.type, opened.length)
    if (opened.length > maxPlaintextLength) {
      throw new RecordError('plaintext_overflow', `a record of ${opened.length} bytes, more than ${maxPlaintextLength}`)
    }
    // unprotected fragments are views of the input, and so may be what a cipher that works in place returns
    const own = this.#input.owns(opened) ? opened.slice() : opened
    this.#input.consume(HEADER_LENGTH + header.length)
    this.#hasOpened = true
    this.#peersVersion = header.version
    return { type: header.type, fragment: own }
  }

  #sealOne(type: ContentType, plaintext: Uint8Array, output: Uint8Array, at: number): number {
    const { protection, sequenceNumber, pseudoHeader } = this.#writing
    const version = this.#versionFor(type)
    const length = protection.sealedLength(plaintext.length)
    sequenceNumber.take(pseudoHeader)
    writeTypeAndVersion(pseudoHeader, type, version)
    writeHeader(output, at, { type, version, length })
    protection.seal(pseudoHeader, plaintext, output, at + HEADER_LENGTH)
    return at + HEADER_LENGTH + length
  }

  /**
   * TLS 1.2's version, but TLS 1.0's on the record in which a client begins: the peer's version is not known then, and
   * there are servers that refuse a record of a version they do not know (RFC 5246 Appendix E.1). A server whose only
   * answer to a hello is an alert uses the version that the client did, so that it is understood (RFC 7507 §3).
   */
  #versionFor(type: ContentType): ProtocolVersion {
    if (this.#hasSentHandshake || this.#writing.isProtected) return ProtocolVersion.TLSv1_2
    const isServer = this.#options.role === 'server'
    if (type === ContentType.handshake) {
      this.#hasSentHandshake = true
      return isServer ? ProtocolVersion.TLSv1_2 : ProtocolVersion.TLSv1_0
    }
    return isServer ? Math.min(this.#peersVersion, ProtocolVersion.TLSv1_2) : ProtocolVersion.TLSv1_2
  }
}
