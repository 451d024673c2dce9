/**
 * A provider without any security whatsoever, for tests of the machines: deterministic from its seed, quick, and with
 * secrets that can be told at sight (`SECRET_MARK`). Its algebra is a joke, but a consistent one: what should verify
 * verifies, what was altered does not.
 */
import { hash as hashOnce } from 'node:crypto'
import { concat, fromAscii, toHex } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { finiteFieldGroup, isFfdheGroup } from '../../src/crypto/finite-field-groups.js'
import type { EcdsaCurve, KeyType, PrivateKey, PublicKey } from '../../src/crypto/key-types.js'
import { hashLength } from '../../src/crypto/primitives.js'
import type { CryptoProvider, KeyShare, KeyShareRequest } from '../../src/crypto/provider.js'
import { aeadLengths } from '../../src/crypto/record-ciphers.js'
import type { NamedGroupName } from '../../src/registry/named-group.js'

/** Every secret that the fake provider makes holds these bytes. */
export const SECRET_MARK = Uint8Array.of(0x5e, 0xc2, 0xe7, 0x5e, 0xc2, 0xe7, 0x5e, 0xc2, 0xe7, 0x5e, 0xc2, 0xe7)

/** A sequence of numbers below 2^32 that depends on the seed alone (xorshift128 of Marsaglia). */
export function sequence(seed: number): () => number {
  const state = [0x9e3779b9 ^ seed, 0x243f6a88 + seed, 0xb7e15162, 0x2545f491 ^ (seed << 7)]
  const next = (): number => {
    const [a = 1, b = 2, c = 3, d = 4] = state
    const mixed = a ^ (a << 11)
    state[0] = b
    state[1] = c
    state[2] = d
    state[3] = (d ^ (d >>> 19) ^ mixed ^ (mixed >>> 8)) >>> 0
    return state[3]
  }
  for (let i = 0; i < 16; i++) next()
  return next
}

/** A short digest of labelled parts: the one primitive that everything here is made of. */
function digest(label: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const lengths = Uint8Array.from(parts.flatMap(({ length }) => [length >> 16, length >> 8, length]))
  return new Uint8Array(hashOnce('sha256', Buffer.concat([Buffer.from(label), lengths, ...parts]), 'buffer'))
}

/** `length` bytes that repeat a digest. */
function stretch(bytes: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let at = 0; at < length; at += bytes.length) out.set(bytes.subarray(0, length - at), at)
  return out
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0
const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((byte, i) => byte ^ (b[i] ?? 0))

const PUBLIC_LENGTH: Partial<Record<NamedGroupName, number>> = {
  secp256r1: 65,
  secp384r1: 97,
  secp521r1: 133,
  x25519: 32,
  x448: 56,
}

const publicLength = (request: KeyShareRequest): number => {
  if ('dh' in request) return request.dh.p.length
  const { group } = request
  return isFfdheGroup(group) ? finiteFieldGroup(group).p.length : (PUBLIC_LENGTH[group] ?? 32)
}

/** What the first byte of a public value must be: the uncompressed form of a point, or below the first byte of p. */
const firstByte = (request: KeyShareRequest): number | undefined => {
  if ('dh' in request || isFfdheGroup(request.group)) return 0x7f
  return request.group.startsWith('secp') ? 4 : undefined
}

function keyShareOf(request: KeyShareRequest, randomBytes: (length: number) => Uint8Array): KeyShare {
  const publicKey = randomBytes(publicLength(request))
  const first = firstByte(request)
  if (first !== undefined) publicKey[0] = first
  return {
    publicKey,
    // symmetric in both public values, as an agreement must be; "not on the curve" is a value that ends in zeros
    agree: (peer) => {
      if (peer.length !== publicKey.length || peer.subarray(-4).every((byte) => byte === 0)) return undefined
      const both = Buffer.compare(publicKey, peer) < 0 ? [publicKey, peer] : [peer, publicKey]
      return new Secret(concat(SECRET_MARK, digest('agree', ...both)))
    },
  }
}

/** How the fake world names keys: `ecdsa|secp256r1|name`. It is the private key, the public key and the certificate. */
const keyName = (keyType: KeyType, curve: EcdsaCurve | undefined, name: string): Uint8Array =>
  fromAscii(`${keyType}|${curve ?? ''}|${name}`)

export const fakePublicKey = (keyType: KeyType, name: string, curve?: EcdsaCurve): PublicKey => ({
  keyType,
  ...(curve === undefined ? {} : { curve }),
  subjectPublicKeyInfo: keyName(keyType, curve, name),
})

const signatureOf = (key: Uint8Array, scheme: number, content: Uint8Array): Uint8Array =>
  digest('sign', key, Uint8Array.of(scheme >> 8, scheme), content)

const pad = (key: Uint8Array): Uint8Array => stretch(digest('encrypt', key), 48)

/** The key of that name; RSA keys decrypt too. Bad padding gives 48 other bytes, as a careful device would answer. */
export function fakePrivateKey(keyType: KeyType, name: string, curve?: EcdsaCurve): PrivateKey {
  const key = keyName(keyType, curve, name)
  const base = {
    keyType,
    ...(curve === undefined ? {} : { curve }),
    sign: (scheme: number, content: Uint8Array) => signatureOf(key, scheme, content),
  }
  if (keyType !== 'rsa') return base
  return {
    ...base,
    decryptPreMaster: (encrypted) => {
      const preMaster = xor(encrypted.subarray(16), pad(key))
      const intact = equal(encrypted.subarray(0, 16), digest('padding', key, preMaster).subarray(0, 16))
      const other = concat(SECRET_MARK, digest('rejected', key, encrypted)).subarray(0, 46)
      return new Secret(intact ? preMaster : concat(Uint8Array.of(0, 0), other, new Uint8Array(2)))
    },
  }
}

const aead: CryptoProvider['aead'] = (name, key) => {
  const tagLength = aeadLengths[name].tag
  const tagOf = (nonce: Uint8Array, additionalData: Uint8Array, text: Uint8Array): Uint8Array =>
    key.use((bytes) => digest(name, bytes, nonce, additionalData, text).subarray(0, tagLength))
  const mask = (nonce: Uint8Array, length: number): Uint8Array =>
    key.use((bytes) => stretch(digest('mask', bytes, nonce), length))
  return {
    seal: (nonce, additionalData, plaintext) => {
      const text = xor(plaintext, mask(nonce, plaintext.length))
      return concat(text, tagOf(nonce, additionalData, text))
    },
    open: (nonce, additionalData, ciphertext) => {
      const text = ciphertext.subarray(0, -tagLength)
      const intact = equal(ciphertext.subarray(-tagLength), tagOf(nonce, additionalData, text))
      return intact ? xor(text, mask(nonce, text.length)) : undefined
    },
  }
}

const blockCipher: CryptoProvider['blockCipher'] = (name, key) => {
  const apply = (iv: Uint8Array, input: Uint8Array): Uint8Array =>
    key.use((bytes) => xor(input, stretch(digest(name, bytes, iv), input.length)))
  return { encrypt: apply, decrypt: apply }
}

/** A fake provider. Two with one seed give the same bytes in the same order of calls. Makes thousands of handshakes a second. */
export function fakeProvider(seed = 1): CryptoProvider {
  const next = sequence(seed)
  const randomBytes = (length: number): Uint8Array => {
    const out = new Uint8Array(length)
    for (let i = 0; i < length; i++) out[i] = next() >>> 9
    return out
  }
  return {
    hash: (name, ...parts) => stretch(digest(name, concat(...parts)), hashLength[name]),
    hmac: (name, key, ...parts) =>
      key.use((bytes) => stretch(digest(`hmac ${name}`, bytes, concat(...parts)), hashLength[name])),
    aead,
    blockCipher,
    randomBytes,
    generateKeyShare: (request) => keyShareOf(request, randomBytes),
    verifySignature: (key, scheme, content, signature) =>
      equal(signature, signatureOf(key.subjectPublicKeyInfo, scheme, content)),
    encryptPreMaster: (key, version) => {
      const preMaster = concat(Uint8Array.of(version >> 8, version), SECRET_MARK, randomBytes(34))
      const { subjectPublicKeyInfo: name } = key
      const tag = digest('padding', name, preMaster).subarray(0, 16)
      return { encrypted: concat(tag, xor(preMaster, pad(name))), preMasterSecret: new Secret(preMaster) }
    },
    importPrivateKey: (info) => {
      throw new TypeError(`the fake provider has no key ${toHex(info)}`)
    },
  }
}
