/**
 * Logjam (CVE-2015-4000) and its like: finite-field groups that are small or unsafe, and public values that give the
 * secret away (RFC 7919 §3, RFC 7919 §4).
 */
import { describe, expect, test } from 'vitest'
import { fromBigInt, fromHex, toBigInt } from '../../src/bytes/convert.js'
import { encode } from '../../src/codec/codec.js'
import { finiteFieldGroup } from '../../src/crypto/finite-field-groups.js'
import { ServerDHParams } from '../../src/messages/server-key-exchange.js'
import {
  type AttackOnClient,
  type AttackOnServer,
  attackClient,
  attackServer,
  expectConnected,
  expectDefeat,
} from './arena.js'
import { composite2048, prime512, prime768, prime1024, prime1536, safePrime2048, unsafePrime2048 } from './dh-values.js'

const dhe = {
  suite: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
  kind: 'rsa',
  scheme: 'rsa_pss_rsae_sha256',
} as const satisfies AttackOnClient & AttackOnServer

const { p, g } = finiteFieldGroup('ffdhe2048')
const two = Uint8Array.of(2)

const refused = { fault: 'dh_group_refused', alert: 'insufficient_security' } as const

/** A server that signs these parameters; the public value is a power of g, so that nothing else is wrong with it. */
const offering = (dhP: Uint8Array, dhG: Uint8Array, otherDhGroups: 'refuse' | 'prove') =>
  attackClient({
    ...dhe,
    victim: { otherDhGroups },
    params: () => encode(ServerDHParams, { dhP, dhG, dhYs: Uint8Array.of(4) }),
  })

describe('Logjam: a group that is small or unsafe', () => {
  test.each([
    ['512 bits', prime512, two],
    ['768 bits', prime768, two],
    ['1024 bits', prime1024, two],
    ['1536 bits', prime1536, two],
    ['a composite modulus', composite2048(), two],
    ['(p - 1) / 2 not prime', unsafePrime2048, two],
    ['an even modulus', p.map((byte, index) => (index === 255 ? byte ^ 1 : byte)), two],
    ['a known modulus and the generator 1', p, Uint8Array.of(1)],
    ['a known modulus and the generator 0', p, Uint8Array.of(0)],
    ['a known modulus and the generator p - 1', p, fromBigInt(toBigInt(p) - 1n, 256)],
    ['a modulus of one byte', Uint8Array.of(23), Uint8Array.of(5)],
    ['an oversized modulus', Uint8Array.of(...new Uint8Array(2049).fill(0xff)), two],
  ])('Logjam: %s', (_, dhP, dhG) => {
    expectDefeat(offering(dhP, dhG, 'refuse'), { ...refused, state: 'ExpectServerKeyExchange' })
    expectDefeat(offering(dhP, dhG, 'prove'), { ...refused, state: 'AwaitKeyShare' })
  })

  test('Logjam: a sound group that no RFC names is refused, unless policy has it proved', () => {
    expectDefeat(offering(safePrime2048, two, 'refuse'), refused)
    const dh = { p: safePrime2048, g: two }
    expectConnected(attackClient({ ...dhe, dh, victim: { otherDhGroups: 'prove' } }))
  })

  test('Logjam: a modulus with zeros before it is no longer than it is', () => {
    const padded = fromHex('00'.repeat(192) + Buffer.from(prime512).toString('hex'))
    expectDefeat(offering(padded, two, 'refuse'), refused)
    expectDefeat(offering(padded, two, 'prove'), refused)
  })
})

const badValues: readonly (readonly [string, Uint8Array])[] = [
  ['0', Uint8Array.of(0)],
  ['0, in full length', new Uint8Array(256)],
  ['1', Uint8Array.of(1)],
  ['p - 1', fromBigInt(toBigInt(p) - 1n, 256)],
  ['p', p],
  ['p + 1', fromBigInt(toBigInt(p) + 1n, 256)],
  ['p + 2', fromBigInt(toBigInt(p) + 2n, 256)],
  ['2^2056 - 1', new Uint8Array(257).fill(0xff)],
]

describe('a Diffie-Hellman public value that gives the secret away', () => {
  const outOfRange = { fault: 'bad_dh_public', alert: 'handshake_failure' } as const

  test.each(badValues)('dh_Ys: %s', (_, dhYs) => {
    const params = (): Uint8Array => encode(ServerDHParams, { dhP: p, dhG: g, dhYs })
    expectDefeat(attackClient({ ...dhe, params }), { ...outOfRange, state: 'ExpectServerKeyExchange' })
  })

  test.each(badValues)('dh_Yc: %s', (_, dhYc) => {
    const peer = attackServer({ ...dhe, publicKey: () => dhYc })
    expectDefeat(peer, { ...outOfRange, state: 'AwaitKeyAgreement' })
  })

  test('dh_Ys under a group that was proved', () => {
    const dhYs = fromBigInt(toBigInt(safePrime2048) - 1n, 256)
    const params = (): Uint8Array => encode(ServerDHParams, { dhP: safePrime2048, dhG: two, dhYs })
    expectDefeat(attackClient({ ...dhe, victim: { otherDhGroups: 'prove' }, params }), outOfRange)
  })

  test('no value at all is malformed', () => {
    const malformed = { fault: 'malformed_message', alert: 'decode_error' } as const
    const emptyShare = attackServer({ ...dhe, edit: { client_key_exchange: () => ({ body: Uint8Array.of(0, 0) }) } })
    expectDefeat(emptyShare, malformed)
    const params = (): Uint8Array => Uint8Array.of(0, 0, 0, 1, 2, 0, 1, 4)
    expectDefeat(attackClient({ ...dhe, params }), malformed)
    expect(attackServer(dhe).victim.established).toBe(true)
  })
})
