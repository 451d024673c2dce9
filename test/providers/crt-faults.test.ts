/**
 * Boneh, DeMillo and Lipton 1997: one wrong half of an RSA signature made by the Chinese remainder theorem hands out a
 * factor of the modulus. Faults in the key's numbers and in the middle of a computation must end in an error.
 */
import { createPrivateKey, randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fromBigInt, toBigInt } from '../../src/bytes/convert.js'
import { DerTag, writeDer, writeDerUnsigned } from '../../src/codec/der.js'
import { readPrivateKeyInfo, wrapPkcs1PrivateKey } from '../../src/crypto/private-key-info.js'
import { importRsaPrivateKey, type RsaPrivateKey } from '../../src/crypto/rsa-key.js'
import { inverse, modulo, power, powerPublic } from '../../src/providers/noble/big-math.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { signPkcs1 } from '../../src/providers/noble/rsa-pkcs1.js'
import { rsaPrivateOperation } from '../../src/providers/noble/rsa-private-operation.js'
import { importKey, nodeProvider } from '../../src/providers/node/index.js'
import { SignatureScheme, type SignatureSchemeName } from '../../src/registry/signature-scheme.js'
import { mutual, play } from '../support/endpoints.js'
import { rsaTestKey } from './node-keys.js'

/** Bends the results of modular powers with secret exponents: the halves of a private operation, one after the other. */
const glitch = vi.hoisted(() => ({
  powers: 0,
  bend: (_power: number, result: bigint): bigint => result,
}))

vi.mock('../../src/providers/noble/big-math.js', async (load) => {
  const real = await load<typeof import('../../src/providers/noble/big-math.js')>()
  return {
    ...real,
    power: (...operands: Parameters<typeof power>) => glitch.bend(glitch.powers++, real.power(...operands)),
  }
})

const honest = glitch.bend
afterEach(() => {
  glitch.bend = honest
})

/** From now on the half at this place in each private operation, 0 or 1, has one bit wrong. */
function bendHalf(half: 0 | 1): void {
  glitch.powers = 0
  glitch.bend = (at, result) => (at % 2 === half ? result ^ 4n : result)
}

const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length))
const own = rsaTestKey()
const key: RsaPrivateKey = importRsaPrivateKey(readPrivateKeyInfo(own.privateKeyInfo).privateKey)
const content = new TextEncoder().encode('what is signed')
const message = toBigInt(random(255))

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))
/** What anyone can work out from a signature and what was signed. */
const betrayed = (signature: bigint, m = message): bigint =>
  gcd(modulo(powerPublic(signature, key.e, key.n) - m, key.n), key.n)

const parts = ['p', 'q', 'dP', 'dQ', 'qInv', 'n', 'e'] as const
const bits = [1, 2, 17, 500] as const
const damaged = (part: (typeof parts)[number], bit: number): RsaPrivateKey => ({
  ...key,
  [part]: key[part] ^ (1n << BigInt(bit)),
})

describe('noble: a fault in one half', () => {
  /** The textbook's recombination, which checks nothing. */
  function unchecked({ p, q, dP, dQ, qInv }: RsaPrivateKey): bigint {
    const [m1, m2] = [power(message % p, dP, p), power(message % q, dQ, q)]
    return m2 + q * modulo((m1 - m2) * qInv, p)
  }

  test('is what gives the key away where nothing checks', () => {
    expect(betrayed(unchecked(key))).toBe(key.n)
    expect(betrayed(unchecked(damaged('dP', 2)))).toBe(key.q)
    expect(betrayed(unchecked(damaged('dQ', 2)))).toBe(key.p)
    expect(betrayed(unchecked(damaged('qInv', 2)))).toBe(key.q)
    bendHalf(0)
    expect(betrayed(unchecked(key))).toBe(key.q)
    bendHalf(1)
    expect(betrayed(unchecked(key))).toBe(key.p)
  })

  test.each(parts.flatMap((part) => bits.map((bit) => [part, bit] as const)))(
    'a key whose %s has bit %i wrong gives no number',
    (part, bit) => {
      // a public exponent of 500 bits is refused where keys are read, and costs minutes
      const faulty = damaged(part, part === 'e' ? bit % 17 : bit)
      const operation = rsaPrivateOperation(faulty, random)
      expect(() => operation(message)).toThrow(/went wrong|nothing usable/)
      expect(() => signPkcs1(faulty, operation, 'sha256', content)).toThrow(/went wrong|nothing usable/)
    },
  )

  const provider = nobleProvider()
  const signer = provider.importPrivateKey(own.privateKeyInfo)
  const schemes: readonly SignatureSchemeName[] = ['rsa_pkcs1_sha256', 'rsa_pkcs1_sha512', 'rsa_pss_rsae_sha256']

  test.each(schemes.flatMap((scheme) => ([0, 1] as const).map((half) => [scheme, half] as const)))(
    '%s: a computation whose half %i goes wrong gives no signature, and the next one is right',
    async (scheme, half) => {
      const sign = async () => signer.sign(SignatureScheme[scheme], content)
      bendHalf(half)
      for (let attempt = 0; attempt < 3; attempt++) await expect(sign()).rejects.toThrow(/went wrong/)
      expect(glitch.powers).toBe(6)
      glitch.bend = honest
      const signature = await sign()
      expect(await provider.verifySignature(own.own, SignatureScheme[scheme], content, signature)).toBe(true)
    },
  )

  test('both halves wrong, all bits wrong, zeros: no signature', async () => {
    for (const bend of [(result: bigint) => result ^ 1n, (result: bigint) => result >> 3n, () => 0n, () => 1n]) {
      glitch.bend = (_, result) => bend(result)
      expect(() => signer.sign(SignatureScheme.rsa_pkcs1_sha256, content)).toThrow(/went wrong/)
    }
  })

  test('says nothing of the key in its error', () => {
    bendHalf(0)
    expect(() => signer.sign(SignatureScheme.rsa_pkcs1_sha256, content)).toThrow(
      /^an RSA computation went wrong; no result$/,
    )
  })

  test.each(['server', 'client'] as const)(
    'ends the handshake of a %s, before its signature is on the wire',
    (side) => {
      const { client, server } = mutual('rsa')
      const cipherSuites = ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'] as const
      const seen: string[] = []
      const observe = ({ event }: { readonly event: { readonly type: string } }): void => void seen.push(event.type)
      const clientSigns = side === 'client'
      // the server signs first: for the client's turn only the third and fourth power, of the second operation, is bent
      glitch.powers = 0
      glitch.bend = (at, result) => (at === (clientSigns ? 2 : 0) ? result ^ 4n : result)
      const played = play(
        { ...client, cipherSuites, ...(clientSigns ? {} : { observe }) },
        { ...server, cipherSuites, ...(clientSigns ? { observe } : {}) },
      )
      expect(played.faultOf(side)).toMatchObject({
        code: 'need_refused',
        alert: 'internal_error',
        state: 'AwaitSignature',
      })
      expect(seen).not.toContain(clientSigns ? 'certificate_verify' : 'server_key_exchange')
      expect(seen).toContain(clientSigns ? 'certificate' : 'alert')
    },
  )

  test('is hidden from a client whose pre-master secret is decrypted: the handshake fails at Finished', () => {
    const { client, server } = mutual('rsa')
    const cipherSuites = ['TLS_RSA_WITH_AES_128_GCM_SHA256'] as const
    bendHalf(1)
    const played = play(
      { ...client, cipherSuites, credentials: [] },
      { ...server, cipherSuites, clientAuthentication: 'none' },
    )
    expect(played.faultOf('server')).toMatchObject({ code: 'bad_record_mac', state: 'ExpectClientFinished' })
  })
})

describe('node: a key in OpenSSL with a wrong number', () => {
  const d = inverse(key.e, (key.p - 1n) * (key.q - 1n)) ?? 0n
  const infoOf = (change: Readonly<Record<string, bigint>>): Uint8Array => {
    const numbers: Readonly<Record<string, bigint>> = {
      ...{ version: 0n, n: key.n, e: key.e, d, p: key.p, q: key.q, dP: key.dP, dQ: key.dQ, qInv: key.qInv },
      ...change,
    }
    const order = ['version', 'n', 'e', 'd', 'p', 'q', 'dP', 'dQ', 'qInv']
    const fields = order.map((name) => writeDerUnsigned(fromBigInt(numbers[name] ?? 0n, 260)))
    return wrapPkcs1PrivateKey(writeDer(DerTag.sequence, ...fields))
  }
  const changes = (['p', 'q', 'dP', 'dQ', 'qInv'] as const).flatMap((part) =>
    bits.map((bit) => [part, bit, { [part]: damaged(part, bit)[part] }] as const),
  )

  test.each(changes)('with bit %2$i of %1$s wrong it is not imported', (_part, _bit, change) => {
    expect(() => nodeProvider().importPrivateKey(infoOf(change))).toThrow(TypeError)
  })

  /** OpenSSL checks what it computed, and falls back on the private exponent. */
  async function expectNothingBetrayed(change: Readonly<Record<string, bigint>>): Promise<'signed' | 'threw'> {
    let signature: Uint8Array
    try {
      const signer = importKey(createPrivateKey({ key: Buffer.from(infoOf(change)), format: 'der', type: 'pkcs8' }))
      signature = await signer.sign(SignatureScheme.rsa_pkcs1_sha256, content)
    } catch {
      return 'threw'
    }
    const digestInfo = signPkcs1({ ...key, length: 256 }, (m) => m, 'sha256', content)
    expect([1n, key.n]).toContain(betrayed(toBigInt(signature), toBigInt(digestInfo)))
    return 'signed'
  }

  test.each(changes)(
    'handed over as a KeyObject with bit %2$i of %1$s wrong, it betrays no factor',
    async (_part, _bit, change) => {
      await expectNothingBetrayed(change)
    },
  )

  test('nor where the private exponent that it falls back on is wrong as well', async () => {
    expect(await expectNothingBetrayed({})).toBe('signed')
    await expectNothingBetrayed({ d: d + 2n, dP: key.dP + 2n })
  })
})
