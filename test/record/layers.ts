import { concat } from '../../src/bytes/convert.js'
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
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers, type RecordPrimitives } from '../support/node-ciphers.js'

const bulkOf = (cipherSuite: number): BulkProtection => {
  const suite = suiteParameters(cipherSuite)
  if (suite === undefined) throw new Error(`no suite ${cipherSuite}`)
  return suite.bulk
}

const encryptThenMac = (bulk: BulkProtection): BulkProtection =>
  bulk.type === 'block' ? { ...bulk, encryptThenMac: true } : bulk

const aes128CbcSha = bulkOf(CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA)
const aes256CbcSha384 = bulkOf(CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384)
const tripleDesCbcSha = bulkOf(CipherSuite.TLS_RSA_WITH_3DES_EDE_CBC_SHA)

/** One suite for each way of protecting records. */
export const bulks: Readonly<Record<string, BulkProtection>> = {
  'AES-128-GCM': bulkOf(CipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256),
  'AES-256-GCM': bulkOf(CipherSuite.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384),
  'AES-128-CCM': bulkOf(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_CCM),
  'AES-256-CCM-8': bulkOf(CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8),
  'ChaCha20-Poly1305': bulkOf(CipherSuite.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256),
  'AES-128-CBC-SHA': aes128CbcSha,
  'AES-128-CBC-SHA256': bulkOf(CipherSuite.TLS_RSA_WITH_AES_128_CBC_SHA256),
  'AES-256-CBC-SHA384': aes256CbcSha384,
  '3DES-EDE-CBC-SHA': tripleDesCbcSha,
  'AES-128-CBC-SHA, encrypt-then-MAC': encryptThenMac(aes128CbcSha),
  'AES-256-CBC-SHA384, encrypt-then-MAC': encryptThenMac(aes256CbcSha384),
  '3DES-EDE-CBC-SHA, encrypt-then-MAC': encryptThenMac(tripleDesCbcSha),
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

export interface HandMade {
  readonly sequence?: number
  readonly type?: number
  readonly content: Uint8Array
  /** Padding and padding_length of CBC; the shortest that is right where it is absent. */
  readonly padding?: Uint8Array
  readonly spoilMac?: boolean
}

const uint16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff)

/** A record under `someKeys` as the RFCs draw it, made without the layer: it may be what the layer would not make. */
export function sealByHand(bulk: BulkProtection, made: HandMade): Uint8Array {
  const { sequence = 0, type = ContentType.application_data, content } = made
  const keys = someKeys(bulk)
  const number = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, sequence)
  const covered = (length: number): Uint8Array => concat(number, Uint8Array.of(type, 3, 3), uint16(length))
  if (bulk.type === 'aead') {
    const iv = keys.fixedIv?.use((bytes) => bytes.slice()) ?? new Uint8Array()
    const explicit = iv.length === 4 ? number : new Uint8Array()
    const nonce = iv.length === 4 ? concat(iv, number) : iv.map((byte, i) => byte ^ (number[i - 4] ?? 0))
    const sealed = nodeCiphers.aead(bulk.cipher, keys.key).seal(nonce, covered(content.length), content)
    return rawRecord(type, 0x0303, concat(explicit, sealed))
  }
  const mac = (...parts: readonly Uint8Array[]): Uint8Array => {
    const right = nodeCiphers.hmac(bulk.mac, keys.macKey ?? new Secret(new Uint8Array()), ...parts)
    if (made.spoilMac) right[right.length - 1] = (right.at(-1) ?? 0) ^ 1
    return right
  }
  const iv = new Uint8Array(bulk.blockLength).fill(0x5a)
  const encrypted = (input: Uint8Array): Uint8Array => {
    const fill = bulk.blockLength - (input.length % bulk.blockLength)
    const whole = concat(input, made.padding ?? new Uint8Array(fill).fill(fill - 1))
    return concat(iv, nodeCiphers.blockCipher(bulk.cipher, keys.key).encrypt(iv, whole))
  }
  if (bulk.encryptThenMac) {
    const ciphertext = encrypted(content)
    return rawRecord(type, 0x0303, concat(ciphertext, mac(covered(ciphertext.length), ciphertext)))
  }
  return rawRecord(type, 0x0303, encrypted(concat(content, mac(covered(content.length), content))))
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
