import {
  createDiffieHellman,
  createECDH,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  generatePrimeSync,
  getDiffieHellman,
} from 'node:crypto'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { concat, fromBigInt, fromHex, toBigInt, toHex } from '../../src/bytes/convert.js'
import type { Secret } from '../../src/bytes/secret.js'
import { type FiniteFieldGroupName, finiteFieldGroup } from '../../src/crypto/finite-field-groups.js'
import type { KeyShare, KeyShareRequest } from '../../src/crypto/provider.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { targets } from './targets.js'

const groupNames = Object.keys(NamedGroup) as NamedGroupName[]

const hex = (secret: Secret | undefined): string | undefined => secret?.use(toHex)

describe.each(targets)('$name', ({ provider }) => {
  async function share(request: KeyShareRequest): Promise<KeyShare> {
    const made = await provider.generateKeyShare(request)
    if (made === undefined) throw new Error('no key share')
    return made
  }

  describe('key shares', () => {
    it.each(groupNames)('%s: two shares agree, and no two are the same', async (group) => {
      const [ours, theirs] = [await share({ group }), await share({ group })]
      expect(ours.publicKey).not.toEqual(theirs.publicKey)
      const secret = hex(await ours.agree(theirs.publicKey))
      expect(secret).toBeDefined()
      expect(hex(await theirs.agree(ours.publicKey))).toBe(secret)
      const printed = inspect(ours, { depth: 20, showHidden: true, maxArrayLength: 0 }) + Object.keys(ours)
      expect(printed).not.toMatch(/\d{20}|[0-9a-f]{20}/)
      expect(Object.keys(ours).sort()).toEqual(['agree', 'publicKey'])
    })

    it.each([
      ['secp256r1', 'prime256v1', 65],
      ['secp384r1', 'secp384r1', 97],
      ['secp521r1', 'secp521r1', 133],
    ] as const)('%s agrees with node:crypto, and its point is uncompressed', async (group, curve, length) => {
      for (let round = 0; round < 5; round++) {
        const ours = await share({ group })
        expect(ours.publicKey).toHaveLength(length)
        expect(ours.publicKey[0]).toBe(4)
        const theirs = createECDH(curve)
        const publicKey = theirs.generateKeys()
        expect(hex(await ours.agree(publicKey))).toBe(theirs.computeSecret(ours.publicKey).toString('hex'))
      }
    })

    it.each([
      ['x25519', '302a300506032b656e032100', 32],
      ['x448', '3042300506032b656f033900', 56],
    ] as const)('%s agrees with node:crypto', async (group, prefix, length) => {
      for (let round = 0; round < 5; round++) {
        const ours = await share({ group })
        const theirs = group === 'x25519' ? generateKeyPairSync('x25519') : generateKeyPairSync('x448')
        const publicKey = theirs.publicKey.export({ format: 'der', type: 'spki' }).subarray(-length)
        const key = Buffer.from(concat(fromHex(prefix), ours.publicKey))
        const expected = diffieHellman({
          privateKey: theirs.privateKey,
          publicKey: createPublicKey({ key, format: 'der', type: 'spki' }),
        })
        expect(hex(await ours.agree(publicKey))).toBe(expected.toString('hex'))
      }
    })

    it.each(['ffdhe2048', 'ffdhe3072', 'modp2048', 'modp4096'] as const)('%s agrees with node:crypto', async (name) => {
      const { p, g } = finiteFieldGroup(name)
      const request = name.startsWith('ffdhe')
        ? { group: name as NamedGroupName }
        : ({ dh: { p, g }, provePrime: true } as const)
      const theirs = createDiffieHellman(Buffer.from(p), Buffer.from(g))
      theirs.generateKeys()
      const ours = await share(request)
      expect(ours.publicKey).toHaveLength(p.length)
      const expected = theirs
        .computeSecret(ours.publicKey)
        .toString('hex')
        .replace(/^(00)+/, '')
      expect(hex(await ours.agree(theirs.getPublicKey()))).toBe(expected)
    })

    // RFC 5246 §8.1.2 strips leading zeros of Z, unlike TLS 1.3: found by drawing until one has some.
    it('strips leading zeros of Z', async () => {
      const { p, g } = finiteFieldGroup('ffdhe2048')
      const ours = await share({ group: 'ffdhe2048' })
      const [modulus, own] = [toBigInt(p), toBigInt(ours.publicKey)]
      // y = g^k gives Z = own^k: walk k until Z is short, multiplying both along.
      let [y, z, k] = [1n, 1n, 0]
      do {
        y = (y * toBigInt(g)) % modulus
        z = (z * own) % modulus
        k++
      } while (k < 2 || z >> 2040n !== 0n)
      const secret = await ours.agree(fromBigInt(y, 256))
      expect(secret?.length).toBeLessThan(256)
      expect(secret?.use(toBigInt)).toBe(z)
    })
  })

  describe("what a peer's value may not be", () => {
    const invalid: Record<string, readonly Uint8Array[]> = {
      x25519: [
        new Uint8Array(32),
        fromHex(`01${'00'.repeat(31)}`),
        fromHex(`ec${'ff'.repeat(30)}7f`),
        new Uint8Array(31),
      ],
      x448: [new Uint8Array(56), fromHex(`01${'00'.repeat(55)}`), new Uint8Array(57), new Uint8Array(0)],
    }

    it.each(['x25519', 'x448'] as const)('%s: values that give all zeros, and other lengths', async (group) => {
      const ours = await share({ group })
      for (const value of invalid[group] ?? []) expect(await ours.agree(value)).toBeUndefined()
    })

    // The invalid curve attack: a point on another curve with the same a leaks the private key modulo its small order.
    it.each(['secp256r1', 'secp384r1', 'secp521r1'] as const)(
      '%s: points off the curve, compressed, hybrid, at infinity',
      async (group) => {
        const [ours, other] = [await share({ group }), await share({ group })]
        const good = other.publicKey
        expect(await ours.agree(good)).toBeDefined()
        const length = (good.length - 1) / 2
        const [x, y] = [good.slice(1, 1 + length), good.slice(1 + length)]
        const parity = (y.at(-1) ?? 0) & 1
        const changed = good.slice()
        changed[good.length - 1] = (good.at(-1) ?? 0) ^ 1
        const bad = [
          changed,
          concat(Uint8Array.of(4), new Uint8Array(2 * length)),
          concat(Uint8Array.of(4), new Uint8Array(2 * length).fill(0xff)),
          concat(Uint8Array.of(2 + parity), x),
          concat(Uint8Array.of(6 + parity), x, y),
          Uint8Array.of(0),
          new Uint8Array(0),
          good.subarray(1),
          good.subarray(0, -1),
          concat(good, Uint8Array.of(0)),
          concat(Uint8Array.of(4), y, x),
        ]
        for (const value of bad) expect(await ours.agree(value), toHex(value)).toBeUndefined()
      },
    )

    it('invalid curve attack: a point of order 2 of a curve with another b is refused', async () => {
      // (x, 0) lies on y² = x³ - 3x + b' for some b' and has order 2 there: the answer would tell the lowest key bit.
      const ours = await share({ group: 'secp256r1' })
      const point = concat(Uint8Array.of(4), fromBigInt(12345n, 32), new Uint8Array(32))
      expect(await ours.agree(point)).toBeUndefined()
    })

    it('finite field: 0, 1, p - 1, p and more', async () => {
      const { p } = finiteFieldGroup('ffdhe2048')
      const modulus = toBigInt(p)
      const ours = await share({ group: 'ffdhe2048' })
      for (const value of [0n, 1n, modulus - 1n, modulus, modulus + 1n, modulus + 2n, 2n ** 2100n]) {
        expect(await ours.agree(fromBigInt(value, 300))).toBeUndefined()
      }
      expect(await ours.agree(new Uint8Array(0))).toBeUndefined()
      expect(await ours.agree(Uint8Array.of(2))).toBeDefined()
      expect(await ours.agree(fromBigInt(modulus - 2n, 256))).toBeDefined()
    })
  })

  describe('finite-field groups that policy let in without a proof', () => {
    it('never agree on 1, which a value of tiny order gives', async () => {
      const p = generatePrimeSync(1024, { bigint: true, add: 6n, rem: 1n })
      let y = 1n
      for (let base = 2n; y === 1n; base++) {
        const h = createDiffieHellman(Buffer.from(fromBigInt(p, 128)), Buffer.from(fromBigInt(base, 2)))
        h.setPrivateKey(Buffer.from(fromBigInt((p - 1n) / 3n, 128)))
        y = toBigInt(h.generateKeys()) // base ^ ((p - 1) / 3), of order 3 unless it is 1
      }
      const answers: (bigint | undefined)[] = []
      for (let round = 0; round < 40; round++) {
        const dh = { p: fromBigInt(p, 128), g: Uint8Array.of(2) }
        const secret = await (await share({ dh, provePrime: false })).agree(fromBigInt(y, 128))
        answers.push(secret?.use(toBigInt))
      }
      expect(answers).not.toContain(1n)
      expect(answers).toContain(undefined)
      expect(answers).toContain(y)
    })
  })

  describe('finite-field parameters of a peer', () => {
    const { p: known, g: two } = finiteFieldGroup('ffdhe2048')
    const request = (p: Uint8Array, g: Uint8Array, provePrime: boolean) =>
      provider.generateKeyShare({ dh: { p, g }, provePrime })

    it('takes registered groups without a proof', async () => {
      for (const name of ['ffdhe8192', 'modp8192'] as FiniteFieldGroupName[]) {
        const { p, g } = finiteFieldGroup(name)
        expect(await request(p, g, true)).toBeDefined()
      }
    })

    it('proves an unknown safe prime of 2048 bits', async () => {
      // The prime of RFC 7919 with the generator 4: no registered group, so it has to be proved.
      expect(await request(known, Uint8Array.of(4), true)).toBeDefined()
    })

    it('refuses what it cannot prove to be a safe prime of 2048 bits', async () => {
      const composite = fromBigInt(toBigInt(finiteFieldGroup('modp2048').p) - 4n, 256)
      expect(await request(composite, two, true)).toBeUndefined()
      const prime = fromBigInt(generatePrimeSync(2048, { bigint: true, add: 4n, rem: 3n }), 256)
      expect(await request(prime, two, true)).toBeUndefined()
      // The MODP group of 1536 bits (RFC 3526 §2) has a safe prime, and a short one: policy alone may let it in.
      const short = getDiffieHellman('modp5').getPrime()
      expect(await request(short, two, true)).toBeUndefined()
      expect(await request(short, two, false)).toBeDefined()
    })

    it('refuses useless parameters whatever the policy', async () => {
      const modulus = toBigInt(known)
      for (const provePrime of [true, false]) {
        for (const g of [0n, 1n, modulus - 1n, modulus, modulus + 2n]) {
          expect(await request(known, fromBigInt(g, 300), provePrime)).toBeUndefined()
        }
        for (const p of [new Uint8Array(0), Uint8Array.of(23), fromBigInt(modulus - 1n, 256), new Uint8Array(256)]) {
          expect(await request(p, two, provePrime)).toBeUndefined()
        }
        expect(await request(new Uint8Array(1025).fill(0xff), two, provePrime)).toBeUndefined()
        expect(await request(new Uint8Array(65535).fill(0xff), two, provePrime)).toBeUndefined()
      }
    })
  })
})

describe('the noble provider', () => {
  it('takes the private exponents that the group asks for', async () => {
    const lengths: number[] = []
    const counting = nobleProvider({
      randomBytes: (length) => {
        lengths.push(length)
        return new Uint8Array(length).fill(0x5a)
      },
    })
    await counting.generateKeyShare({ group: 'ffdhe2048' })
    const { p, g } = finiteFieldGroup('modp2048')
    await counting.generateKeyShare({ dh: { p, g }, provePrime: false })
    // An unknown group gets exponents of its whole size (256 bytes), a known one 225 or 320 bits.
    await counting.generateKeyShare({ dh: { p, g: Uint8Array.of(3) }, provePrime: false })
    expect(lengths).toEqual([Math.ceil(225 / 8), 40, 256])
  })
})
