/**
 * Bleichenbacher and ROBOT: a server must not tell apart the ways in which an encrypted pre-master secret can be wrong,
 * and goes on with a random one (RFC 5246 §7.4.7.1). Everything that the client can see must be the same for each.
 */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { certificatePublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { noble } from '../support/endpoints.js'
import { pki } from '../support/pki.js'
import { type AttackOnServer, attackServer, behaviour, expectConnected, expectDefeat } from './arena.js'
import type { HostileClient } from './hostile-client.js'

const spki = certificatePublicKeyInfo(pki.server.rsa.certificate)
const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
const modulus = new Uint8Array(Buffer.from(key.export({ format: 'jwk' }).n ?? '', 'base64url'))
const LENGTH = modulus.length

/** RSA without any padding: what is encrypted is ours to shape. */
const encrypt = (encoded: Uint8Array): Uint8Array =>
  new Uint8Array(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoded))

const nonZero = (length: number): Uint8Array => noble.randomBytes(length).map((byte) => byte || 1)
const secretOf = (length: number, major = 3, minor = 3): Uint8Array =>
  Uint8Array.of(major, minor, ...nonZero(Math.max(0, length - 2))).subarray(0, length)

/** 00 02 padding 00 secret */
function pad(secret: Uint8Array, first = 0, second = 2): Uint8Array {
  return concat(Uint8Array.of(first, second), nonZero(LENGTH - 3 - secret.length), Uint8Array.of(0), secret)
}

const withByte = (bytes: Uint8Array, index: number, value: number): Uint8Array => {
  const changed = bytes.slice()
  changed[index] = value
  return changed
}

interface Sent {
  readonly encrypted: Uint8Array
  /** What a flawed server would go on with. */
  readonly secret: Uint8Array
}

const good = secretOf(48)
const sent = (encoded: Uint8Array, secret: Uint8Array = encoded.slice(-48)): Sent => ({
  encrypted: encrypt(encoded),
  secret,
})
const plain = (encrypted: Uint8Array): Sent => ({ encrypted, secret: good })

const bad: readonly (readonly [string, () => Sent])[] = [
  ['first byte not 0', () => sent(pad(good, 1))],
  ['block type 0', () => sent(pad(good, 0, 0))],
  ['block type 1', () => sent(pad(good, 0, 1))],
  ['block type 0x82', () => sent(pad(good, 0, 0x82))],
  ['both first bytes wrong', () => sent(pad(good, 0x17, 0x17))],
  ['a zero first in the padding', () => sent(withByte(pad(good), 2, 0))],
  ['a zero among the first eight of the padding', () => sent(withByte(pad(good), 9, 0))],
  ['a zero in the middle of the padding', () => sent(withByte(pad(good), 100, 0))],
  ['a zero last in the padding', () => sent(withByte(pad(good), LENGTH - 50, 0))],
  ['no zero before the secret', () => sent(withByte(pad(good), LENGTH - 49, 7))],
  ['no zero anywhere', () => sent(Uint8Array.of(0, 2, ...nonZero(LENGTH - 2)))],
  ['a secret of 47 bytes', () => sent(pad(secretOf(47)), secretOf(47))],
  ['a secret of 49 bytes', () => sent(pad(secretOf(49)))],
  ['a secret of 0 bytes', () => sent(pad(new Uint8Array()), new Uint8Array())],
  ['a secret of 1 byte', () => sent(pad(secretOf(1)), secretOf(1))],
  ['a secret of 32 bytes', () => sent(pad(secretOf(32)), secretOf(32))],
  ['a secret as long as it can be', () => sent(pad(secretOf(LENGTH - 11)))],
  ['the version of SSL 2.0', () => sent(pad(secretOf(48, 0, 2)))],
  ['the version of SSL 3.0', () => sent(pad(secretOf(48, 3, 0)))],
  ['the version of TLS 1.0', () => sent(pad(secretOf(48, 3, 1)))],
  ['the version of TLS 1.1', () => sent(pad(secretOf(48, 3, 2)))],
  ['the version of TLS 1.3', () => sent(pad(secretOf(48, 3, 4)))],
  ['a wrong major version', () => sent(pad(secretOf(48, 2, 3)))],
  ['all zeros', () => sent(new Uint8Array(LENGTH))],
  ['the number one', () => sent(withByte(new Uint8Array(LENGTH), LENGTH - 1, 1))],
  ['a random ciphertext', () => plain(withByte(noble.randomBytes(LENGTH), 0, 0))],
  ['a ciphertext that is the modulus', () => plain(modulus)],
  ['a ciphertext above the modulus', () => plain(new Uint8Array(LENGTH).fill(0xff))],
  ['a ciphertext that is a byte too short', () => plain(encrypt(pad(good)).subarray(1))],
  ['a ciphertext that is a byte too long', () => plain(concat(encrypt(pad(good)), Uint8Array.of(0)))],
  ['a ciphertext with a zero before it', () => plain(concat(Uint8Array.of(0), encrypt(pad(good))))],
  ['an empty ciphertext', () => plain(new Uint8Array())],
  ['a ciphertext of one byte', () => plain(Uint8Array.of(1))],
  ['a right one, with keys from another secret', () => ({ encrypted: encrypt(pad(good)), secret: secretOf(48) })],
]

const attack = (make: () => Sent, more: AttackOnServer = {}): HostileClient =>
  attackServer({
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
    kind: 'rsa',
    scheme: 'rsa_pss_rsae_sha256',
    preMaster: make,
    ...more,
  })

const defeat = { fault: 'bad_record_mac', alert: 'bad_record_mac', state: 'ExpectClientFinished' } as const

const anonymous: AttackOnServer = { victim: { clientAuthentication: 'none' } }

describe('Bleichenbacher, ROBOT', () => {
  const usual = behaviour(attack(() => ({ encrypted: encrypt(pad(good)), secret: secretOf(48) }), anonymous))

  test.each(bad)('Bleichenbacher: %s', (_, make) => {
    const peer = attack(make, anonymous)
    expectDefeat(peer, defeat)
    expect(behaviour(peer)).toEqual(usual)
  })

  test.each(bad.slice(0, 20))('Bleichenbacher: %s, without the extended master secret', (_, make) => {
    const peer = attack(make, { ...anonymous, extendedMasterSecret: false })
    expectDefeat(peer, defeat)
    expect(behaviour(peer).states).toEqual(usual.states)
  })

  test('Bleichenbacher: the same with a client that authenticates itself', () => {
    const road = bad.map(([, make]) => {
      const peer = attack(make)
      expectDefeat(peer, defeat)
      const { states, outputs, alerts, fault } = behaviour(peer)
      return JSON.stringify({ states, outputs, alerts, fault })
    })
    expect(new Set(road).size).toBe(1)
    expect(road[0]).toContain('AwaitSignatureVerification')
  })

  test('Bleichenbacher: the right one connects', () => {
    expectConnected(attack(() => sent(pad(good))))
  })

  test.each([
    ['zeros behind the version', Uint8Array.of(3, 3, ...new Uint8Array(46))],
    ['zeros', new Uint8Array(48)],
    ['nothing', new Uint8Array()],
  ])('Bleichenbacher: the substitute is not to be guessed, %s', (_, secret) => {
    const peer = attack(() => ({ encrypted: encrypt(pad(good, 1)), secret }), anonymous)
    expectDefeat(peer, defeat)
    expect(behaviour(peer)).toEqual(usual)
  })

  /** What the attacker goes on with: a server that filled up or cut off what the device answers would agree with it. */
  const known = withByte(secretOf(48), 47, 0)
  const oldVersion = withByte(known, 1, 1)

  test.each([
    ['rejects', () => Promise.reject(new Error('padding'))],
    [
      'throws',
      () => {
        throw new Error('padding')
      },
    ],
    ['answers with nothing', () => new Secret(new Uint8Array())],
    ['answers with 47 bytes', () => new Secret(known.slice(0, 47))],
    ['answers with 49 bytes', () => new Secret(Uint8Array.of(...known, 7))],
    ['answers with another version', () => new Secret(oldVersion.slice()), oldVersion],
  ])('ROBOT: a device that %s looks like bad padding', async (_, decryptPreMaster, secret = known) => {
    const victim = { ...anonymous.victim, environment: { decryptPreMaster } }
    const peer = attack(() => sent(pad(good), secret), { victim })
    await new Promise((resolve) => setTimeout(resolve, 0))
    peer.read()
    expectDefeat(peer, defeat)
    expect(behaviour(peer)).toEqual(usual)
  })

  test('what is malformed before anything is decrypted says nothing about the padding', () => {
    const edit = { client_key_exchange: () => ({ body: Uint8Array.of(1, 0, 1) }) }
    expectDefeat(
      attack(() => sent(pad(good)), { edit }),
      { fault: 'malformed_message', alert: 'decode_error' },
    )
  })
})
