/** Encrypted pre-master secrets, right and wrong, for timing their decryption (Bleichenbacher, Manger, ROBOT). */
import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, randomBytes } from 'node:crypto'
import { unpadPreMaster } from '../../src/crypto/pre-master-unpadding.js'
import type { CryptoProvider } from '../../src/crypto/provider.js'
import { ProtocolVersion } from '../../src/registry/protocol-version.js'
import { type Comparison, pool, type Source } from './dudect.js'

const VERSION = ProtocolVersion.TLSv1_2
const LENGTH = 256

/** 00 02, padding without a zero, 00, version, 46 random bytes: then spoilt. */
function block(spoil: (encoded: Uint8Array) => void): Uint8Array {
  const encoded = Uint8Array.from(randomBytes(LENGTH), (octet) => octet || 1)
  encoded.set([0, 2])
  encoded.set([0, 3, 3], LENGTH - 49)
  spoil(encoded)
  return encoded
}

const blocks = {
  good: () => {},
  'wrong block type': (encoded) => encoded.set([1], 1),
  'zero in the padding': (encoded) => encoded.set([0], 2 + ((randomBytes(1)[0] ?? 0) % 200)),
  'wrong version': (encoded) => encoded.set([3, 1], LENGTH - 48),
  'a small number': (encoded) => encoded.fill(0, 0, LENGTH - 40),
} as const satisfies Readonly<Record<string, (encoded: Uint8Array) => void>>

type Block = keyof typeof blocks
const bad = ['wrong block type', 'zero in the padding', 'wrong version', 'a small number'] as const

const place = new Uint8Array(LENGTH)
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 8 * LENGTH })
const publicKey = createPublicKey(privateKey)

const encrypted = (kind: Block) => (): Uint8Array =>
  Uint8Array.from(publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, block(blocks[kind])))

const ciphertexts = (kind: Block, count = 256): Source<Uint8Array> => pool(count, encrypted(kind), place)

/** The whole decryption by a provider: one ciphertext against many, and good ones against each kind of bad ones. */
export function rsaComparisons(provider: CryptoProvider, samples: number): Comparison<Uint8Array>[] {
  const key = provider.importPrivateKey(Uint8Array.from(privateKey.export({ format: 'der', type: 'pkcs8' })))
  const run = (ciphertext: Uint8Array): void => void key.decryptPreMaster?.(ciphertext, VERSION)
  const one = {
    name: 'RSA 2048: always the same, good | good',
    classes: [ciphertexts('good', 1), ciphertexts('good')] as const,
  }
  const others = bad.map((kind) => ({
    name: `RSA 2048: good | ${kind}`,
    classes: [ciphertexts('good'), ciphertexts(kind)] as const,
  }))
  return [one, ...others].map((comparison) => ({ ...comparison, run, samples }))
}

const fallback = Uint8Array.from(randomBytes(48))
const plain = (kind: Block): Source<Uint8Array> => pool(256, () => block(blocks[kind]), place)

/** Taking the padding off, by itself: without the arithmetic before it a thousand times less can be seen. */
export const unpaddingComparisons = (samples: number): Comparison<Uint8Array>[] =>
  bad.map((kind) => ({
    name: `unpadding: good | ${kind}`,
    classes: [plain('good'), plain(kind)],
    run: (encoded) => void unpadPreMaster(encoded, VERSION, fallback, 1),
    samples,
  }))

/** A reader of the padding that stops at the first wrong octet, as one is usually written. The measurement must see it. */
export function leakyUnpadding(samples: number): Comparison<Uint8Array> {
  const run = (encoded: Uint8Array): void => {
    if (encoded[0] !== 0 || encoded[1] !== 2) return
    let end = 2
    while (encoded[end] !== 0) end++
    encoded.slice(end + 1)
  }
  return {
    name: 'control, leaky: good | wrong block type',
    classes: [plain('good'), plain('wrong block type')],
    run,
    samples,
  }
}
