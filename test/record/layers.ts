import { Secret } from '../../src/bytes/secret.js'
import type { DirectionKeys } from '../../src/crypto/connection-keys.js'
import type { KeySchedule } from '../../src/crypto/key-schedule.js'
import type { BulkProtection } from '../../src/crypto/suite-parameters.js'
import { suiteParameters } from '../../src/crypto/suite-parameters.js'
import type { RecordErrorCode } from '../../src/record/record-error.js'
import { RecordError } from '../../src/record/record-error.js'
import type { RecordLayer, TlsRecord } from '../../src/record/record-layer.js'
import { recordLayerStartingAt } from '../../src/record/standard-record-layer.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { nodeCiphers, type RecordPrimitives } from '../support/node-ciphers.js'

const bulkOf = (cipherSuite: number): BulkProtection => {
  const suite = suiteParameters(cipherSuite)
  if (suite === undefined) throw new Error(`no suite ${cipherSuite}`)
  return suite.bulk
}

/** One suite for each way of protecting records. */
export const bulks: Readonly<Record<string, BulkProtection>> = {
  'AES-128-GCM': bulkOf(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
  'AES-256-GCM': bulkOf(CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
  'ChaCha20-Poly1305': bulkOf(CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
  'AES-128-CBC-SHA': bulkOf(CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA),
}

const counting = (length: number, from: number): Secret =>
  new Secret(Uint8Array.from({ length }, (_, i) => (from + i) & 0xff))

/** Keys that differ by `salt`; each call makes new secrets, since a layer owns what it is given. */
export function someKeys(bulk: BulkProtection, salt = 0): DirectionKeys {
  const key = counting(bulk.keyLength, salt)
  return bulk.type === 'aead'
    ? { bulk, key, fixedIv: counting(bulk.fixedIvLength, salt + 100) }
    : { bulk, key, macKey: counting(bulk.macLength, salt + 100) }
}

/** Both directions' keys from a key block, cut as RFC 5246 §6.3 says. */
export function cutKeyBlock(bulk: BulkProtection, block: Secret): { client: DirectionKeys; server: DirectionKeys } {
  const bytes = block.use((whole) => whole.slice())
  let at = 0
  const take = (length: number): Secret => {
    at += length
    return new Secret(bytes.slice(at - length, at))
  }
  if (bulk.type === 'block') {
    const [clientMac, serverMac] = [take(bulk.macLength), take(bulk.macLength)]
    const [client, server] = [take(bulk.keyLength), take(bulk.keyLength)]
    return { client: { bulk, macKey: clientMac, key: client }, server: { bulk, macKey: serverMac, key: server } }
  }
  const [client, server] = [take(bulk.keyLength), take(bulk.keyLength)]
  const [clientIv, serverIv] = [take(bulk.fixedIvLength), take(bulk.fixedIvLength)]
  return { client: { bulk, key: client, fixedIv: clientIv }, server: { bulk, key: server, fixedIv: serverIv } }
}

/** Length of the key block for a bulk protection (RFC 5246 §6.3). */
export const keyBlockLength = (bulk: BulkProtection): number =>
  2 * (bulk.keyLength + (bulk.type === 'block' ? bulk.macLength : bulk.fixedIvLength))

export function keysFromMaster(
  schedule: KeySchedule,
  bulk: BulkProtection,
  prfHash: 'sha256' | 'sha384',
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): { client: DirectionKeys; server: DirectionKeys } {
  const length = keyBlockLength(bulk)
  return cutKeyBlock(bulk, schedule.keyBlock(prfHash, new Secret(master), serverRandom, clientRandom, length))
}

export interface PairOptions {
  readonly primitives?: RecordPrimitives
  readonly firstSequenceNumber?: bigint
  readonly maxFragmentLength?: number
  readonly salt?: number
}

/** A client that seals and a server that opens, with keys installed in that direction unless `bulk` is absent. */
export function pair(bulk?: BulkProtection, options: PairOptions = {}): { sender: RecordLayer; receiver: RecordLayer } {
  const crypto = options.primitives ?? nodeCiphers
  const limit = options.maxFragmentLength === undefined ? {} : { maxFragmentLength: options.maxFragmentLength }
  const first = options.firstSequenceNumber ?? 0n
  const sender = recordLayerStartingAt({ crypto, role: 'client', ...limit }, first)
  const receiver = recordLayerStartingAt({ crypto, role: 'server' }, first)
  if (bulk !== undefined) {
    sender.installWriteKeys(someKeys(bulk, options.salt))
    receiver.installReadKeys(someKeys(bulk, options.salt))
  }
  return { sender, receiver }
}

/** Every record that is complete. */
export function drain(layer: RecordLayer): TlsRecord[] {
  const records: TlsRecord[] = []
  for (let record = layer.next(); record !== undefined; record = layer.next()) records.push(record)
  return records
}

/** The `RecordError` that `f` throws; anything else fails the test. */
export function recordErrorOf(f: () => unknown): RecordError {
  try {
    f()
  } catch (error) {
    if (error instanceof RecordError) return error
    throw error
  }
  throw new Error('no RecordError was thrown')
}

export const codeOf = (f: () => unknown): RecordErrorCode => recordErrorOf(f).code

/** A record as it stands on the wire, with any header. */
export function rawRecord(type: number, version: number, fragment: Uint8Array, length = fragment.length): Uint8Array {
  return Uint8Array.of(type, version >> 8, version & 0xff, length >> 8, length & 0xff, ...fragment)
}
