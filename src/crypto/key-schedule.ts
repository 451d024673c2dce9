import { concat, fromAscii } from '../bytes/convert.js'
import { Secret } from '../bytes/secret.js'
import { type HashName, type HashPrimitives, hashLength } from './primitives.js'

/** The hash that a cipher suite's PRF is built on. */
export type PrfHash = Extract<HashName, 'sha256' | 'sha384' | 'sha512'>

/**
 * The key schedule of TLS 1.2, replaceable as a whole: a replay that knows only a key-log line substitutes the master
 * secret here and leaves everything else.
 */
export interface KeySchedule {
  /** 48 bytes from the pre-master secret and both randoms (RFC 5246 §8.1). */
  masterSecret(hash: PrfHash, preMasterSecret: Secret, clientRandom: Uint8Array, serverRandom: Uint8Array): Secret
  /** 48 bytes from the pre-master secret and the session hash (RFC 7627 §4). */
  extendedMasterSecret(hash: PrfHash, preMasterSecret: Secret, sessionHash: Uint8Array): Secret
  /** `length` bytes that are cut into MAC keys, keys and IVs (RFC 5246 §6.3). */
  keyBlock(
    hash: PrfHash,
    masterSecret: Secret,
    serverRandom: Uint8Array,
    clientRandom: Uint8Array,
    length: number,
  ): Secret
  /** The 12 bytes of Finished (RFC 5246 §7.4.9). */
  verifyData(hash: PrfHash, masterSecret: Secret, sender: 'client' | 'server', handshakeHash: Uint8Array): Uint8Array
  /** Keying material for applications (RFC 5705 §4). `context` absent and empty give different results. */
  exporter(hash: PrfHash, masterSecret: Secret, label: string, seed: Uint8Array, length: number): Uint8Array
  hash(hash: PrfHash, ...parts: readonly Uint8Array[]): Uint8Array
}

/** PRF(secret, label, seed) of TLS 1.2: P_hash of the label and the seed (RFC 5246 §5). */
export function prf(
  primitives: HashPrimitives,
  hash: HashName,
  secret: Secret,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array {
  const labelAndSeed = concat(fromAscii(label), seed)
  const output = new Uint8Array(length)
  const step = hashLength[hash]
  let a = labelAndSeed
  for (let at = 0; at < length; at += step) {
    a = primitives.hmac(hash, secret, a)
    const block = primitives.hmac(hash, secret, a, labelAndSeed)
    output.set(block.subarray(0, Math.min(step, length - at)), at)
    block.fill(0)
  }
  return output
}

const MASTER_SECRET_LENGTH = 48
const VERIFY_DATA_LENGTH = 12

/** The key schedule of the RFCs over a provider's hashes. */
export function keySchedule(primitives: HashPrimitives): KeySchedule {
  const derive = (hash: PrfHash, secret: Secret, label: string, seed: Uint8Array, length: number): Uint8Array =>
    prf(primitives, hash, secret, label, seed, length)
  return {
    masterSecret: (hash, preMaster, clientRandom, serverRandom) =>
      new Secret(derive(hash, preMaster, 'master secret', concat(clientRandom, serverRandom), MASTER_SECRET_LENGTH)),
    extendedMasterSecret: (hash, preMaster, sessionHash) =>
      new Secret(derive(hash, preMaster, 'extended master secret', sessionHash, MASTER_SECRET_LENGTH)),
    keyBlock: (hash, master, serverRandom, clientRandom, length) =>
      new Secret(derive(hash, master, 'key expansion', concat(serverRandom, clientRandom), length)),
    verifyData: (hash, master, sender, handshakeHash) =>
      derive(hash, master, `${sender} finished`, handshakeHash, VERIFY_DATA_LENGTH),
    exporter: (hash, master, label, seed, length) => derive(hash, master, label, seed, length),
    hash: (hash, ...parts) => primitives.hash(hash, ...parts),
  }
}
