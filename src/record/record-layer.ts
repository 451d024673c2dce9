import type { DirectionKeys, RecordLimits } from '../crypto/connection-keys.js'
import type { ContentType } from '../registry/content-type.js'

/** In place of a content type: what came is no record but a ClientHello of SSL 2.0 (RFC 5246 Appendix E.2). */
export const VERSION_2_HELLO: ContentType = 0x80

/** One record after opening: at most 2^14 bytes of one content type (RFC 5246 §6.2.1). */
export interface TlsRecord {
  readonly type: ContentType
  /** Memory of its own: later records never overwrite it. */
  readonly fragment: Uint8Array
}

/**
 * What stands between protocol messages and the bytes of a transport. Replaceable: over a transport that keeps message
 * boundaries, or protects them itself, another implementation may do less.
 */
export interface RecordLayer {
  /** Appends a copy of bytes that the transport delivered. */
  receive(bytes: Uint8Array): void
  /**
   * The content type of the next complete record, which stays sealed and in place; `undefined` while none is complete.
   * Throws `RecordError` where `next` would for the record's header.
   */
  peek(): ContentType | undefined
  /**
   * Opens and removes the next complete record; `undefined` while none is complete. Throws `RecordError` for what the
   * peer did wrong, and the same again at every later call: nothing behind a broken record can be trusted.
   */
  next(): TlsRecord | undefined
  /** Bytes received and not yet opened. */
  readonly buffered: number
  /**
   * Protects `payload` as one or more records of `type` and returns them one behind the other. No bytes give one empty
   * record, for application data only. Throws `RangeError` for a type or an emptiness that must not be sent, and
   * `RecordError`, having sealed nothing, with `sequence_exhausted` where the sequence numbers do not last, and with
   * `keys_worn_out` for application data beyond what the cipher can protect; alerts and handshakes still go.
   */
  seal(type: ContentType, payload: Uint8Array): Uint8Array
  /** Opens every record from the next one on with `keys`, counting from zero. The keys before are wiped. */
  installReadKeys(keys: DirectionKeys): void
  /** Seals every record from the next one on with `keys`, counting from zero. The keys before are wiped. */
  installWriteKeys(keys: DirectionKeys): void
  /** Most bytes of plaintext in a record of each side from the next one on; keys with another limit replace it. */
  limitRecords(limits: RecordLimits): void
  /** The connection ended: wipes the keys of both directions. Nothing can be opened or sealed afterwards. */
  close(): void
}
