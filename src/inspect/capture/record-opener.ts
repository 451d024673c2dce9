import type { ConnectionKeys } from '../../crypto/connection-keys.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import type { BulkProtection } from '../../crypto/suite-parameters.js'
import { RecordError } from '../../record/record-error.js'
import type { RecordLayer, TlsRecord } from '../../record/record-layer.js'
import { recordLayerStartingAt } from '../../record/standard-record-layer.js'
import type { Side } from '../trace.js'
import { otherSide } from '../trace.js'

/** What reading a capture takes of a provider. */
export type CaptureCrypto = Pick<
  CryptoProvider,
  'hash' | 'hmac' | 'aead' | 'blockCipher' | 'randomBytes' | 'verifySignature' | 'importPrivateKey'
>

/** Opens the protected records of one sender under one set of keys. */
export class RecordOpener {
  readonly #crypto: CaptureCrypto
  readonly #sender: Side
  /** Made anew each time: a record layer wipes what it was given. */
  readonly #keys: () => ConnectionKeys
  /** Made when the first record comes: what only changes keys, over and over, costs nothing. */
  #layer: RecordLayer | undefined
  /** Records so far, those that are missing included. */
  #count = 0
  #bulk: BulkProtection | undefined

  constructor(crypto: CaptureCrypto, sender: Side, keys: () => ConnectionKeys) {
    this.#crypto = crypto
    this.#sender = sender
    this.#keys = keys
  }

  /** The plaintext; or in words, without a secret, why there is none. */
  open(whole: Uint8Array): TlsRecord | string {
    this.#layer ??= this.#newLayer()
    this.#count++
    try {
      this.#layer.receive(whole)
      return this.#layer.next() ?? 'the record is not complete'
    } catch (error) {
      if (error instanceof RecordError) return error.message
      throw error
    }
  }

  /** How the records are protected. */
  get bulk(): BulkProtection | undefined {
    return this.#bulk
  }

  /** A record is missing: those behind it count on (RFC 5246 §6.1). */
  skip(): void {
    this.#count++
    this.close()
  }

  close(): void {
    this.#layer?.close()
    this.#layer = undefined
  }

  #newLayer(): RecordLayer {
    const options = { crypto: this.#crypto, role: otherSide(this.#sender) }
    const layer = recordLayerStartingAt(options, BigInt(this.#count))
    const keys = this.#keys()[this.#sender]
    this.#bulk = keys.bulk
    layer.installReadKeys(keys)
    return layer
  }
}
