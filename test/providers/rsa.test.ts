import { constants, sign as nodeSign, privateEncrypt, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concat, fromBigInt, fromHex, toBigInt, toHex } from '../../src/bytes/convert.js'
import { DerTag, writeDer, writeDerUnsigned } from '../../src/codec/der.js'
import { readPrivateKeyInfo, wrapPkcs1PrivateKey } from '../../src/crypto/private-key-info.js'
import { importRsaPrivateKey } from '../../src/crypto/rsa-key.js'
import { readSubjectPublicKeyInfo } from '../../src/crypto/subject-public-key-info.js'
import { inverse, powerPublic } from '../../src/providers/noble/big-math.js'
import { rsaPrivateOperation } from '../../src/providers/noble/rsa-private-operation.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { rsaTestKey } from './node-keys.js'
import { targets } from './targets.js'

const key = rsaTestKey(2048)
const numbers = importRsaPrivateKey(readPrivateKeyInfo(key.privateKeyInfo).privateKey)
const d = inverse(numbers.e, (numbers.p - 1n) * (numbers.q - 1n)) ?? 0n

describe.each(targets)('$name', ({ provider }) => {
  describe('RSA signatures', () => {
    const content = randomBytes(100)

    it('PKCS#1: two signatures are equal though blinded differently, and equal to those of node:crypto', async () => {
      const own = provider.importPrivateKey(key.privateKeyInfo)
      const first = await own.sign(SignatureScheme.rsa_pkcs1_sha256, content)
      expect(await own.sign(SignatureScheme.rsa_pkcs1_sha256, content)).toEqual(first)
      expect(toHex(first)).toBe(nodeSign('sha256', content, key.privateKey).toString('hex'))
    })

    it('PSS: two signatures differ by their salts', async () => {
      const own = provider.importPrivateKey(key.privateKeyInfo)
      const first = await own.sign(SignatureScheme.rsa_pss_rsae_sha256, content)
      expect(await own.sign(SignatureScheme.rsa_pss_rsae_sha256, content)).not.toEqual(first)
    })

    it('a key too short for PSS with SHA-512 does not sign under it, nor verify', async () => {
      const short = rsaTestKey(1024)
      const own = provider.importPrivateKey(short.privateKeyInfo)
      expect(() => own.sign(SignatureScheme.rsa_pss_rsae_sha512, content)).toThrow(TypeError)
      const bytes = new Uint8Array(128).fill(1)
      expect(await provider.verifySignature(short.own, SignatureScheme.rsa_pss_rsae_sha512, content, bytes)).toBe(false)
      const signature = await own.sign(SignatureScheme.rsa_pkcs1_sha512, content)
      expect(await provider.verifySignature(short.own, SignatureScheme.rsa_pkcs1_sha512, content, signature)).toBe(true)
    })

    // With 1025 bits in 129 octets there is room for a signature plus the modulus.
    const roomy = rsaTestKey(1025)
    const roomyNumbers = importRsaPrivateKey(readPrivateKeyInfo(roomy.privateKeyInfo).privateKey)
    const pss = { key: roomy.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }

    it('refuses a signature not below the modulus, of whatever value modulo it', async () => {
      const both = [
        [SignatureScheme.rsa_pkcs1_sha256, nodeSign('sha256', content, roomy.privateKey)],
        [SignatureScheme.rsa_pss_rsae_sha256, nodeSign('sha256', content, pss)],
      ] as const
      for (const [scheme, signature] of both) {
        expect(await provider.verifySignature(roomy.own, scheme, content, signature)).toBe(true)
        const larger = fromBigInt(toBigInt(signature) + roomyNumbers.n, 129)
        expect(await provider.verifySignature(roomy.own, scheme, content, larger)).toBe(false)
      }
    })

    it('PSS: refuses an octet before the encoded message where the modulus has a bit to spare', async () => {
      const operation = rsaPrivateOperation(roomyNumbers, randomBytes)
      let encoded: bigint
      do encoded = powerPublic(toBigInt(nodeSign('sha256', content, pss)), roomyNumbers.e, roomyNumbers.n)
      while (encoded + (1n << 1024n) >= roomyNumbers.n)
      const verify = (m: bigint) => {
        const signature = fromBigInt(operation(m), 129)
        return provider.verifySignature(roomy.own, SignatureScheme.rsa_pss_rsae_sha256, content, signature)
      }
      expect(await verify(encoded)).toBe(true)
      expect(await verify(encoded + (1n << 1024n))).toBe(false)
    })

    // RFC 5246 §4.7 would have it accepted; OpenSSL and WebCrypto, like the other stacks of today, compare whole encodings.
    it('refuses a DigestInfo that leaves out the NULL of its hash, which no signer may', async () => {
      const verify = (prefix: string) => {
        const digestInfo = concat(fromHex(prefix), provider.hash('sha256', content))
        const signature = new Uint8Array(privateEncrypt(key.privateKey, digestInfo))
        return provider.verifySignature(key.own, SignatureScheme.rsa_pkcs1_sha256, content, signature)
      }
      expect(await verify('3031300d060960864801650304020105000420')).toBe(true)
      expect(await verify('302f300b06096086480165030402010420')).toBe(false)
    })

    // Bleichenbacher 2006: with e = 3 a lax parser takes a cube whose padding is followed by garbage.
    it('refuses a forged cube root under e = 3', async () => {
      const small = rsaTestKey(2048, 3)
      const digestInfo = concat(
        fromHex('0001ffffffffffffffffff003031300d060960864801650304020105000420'),
        provider.hash('sha256', content),
      )
      const target = toBigInt(concat(digestInfo, new Uint8Array(256 - digestInfo.length).fill(0xff)))
      let [low, high] = [0n, 1n << 700n]
      while (high - low > 1n) {
        const middle = (low + high) >> 1n
        if (middle ** 3n > target) high = middle
        else low = middle
      }
      const cube = fromBigInt(low ** 3n, 256)
      expect(toHex(cube).startsWith(toHex(digestInfo))).toBe(true)
      const forged = fromBigInt(low, 256)
      expect(await provider.verifySignature(small.own, SignatureScheme.rsa_pkcs1_sha256, content, forged)).toBe(false)
    })
  })

  describe('which RSA keys are usable', () => {
    const spki = (n: bigint, e: bigint): Uint8Array => {
      const number = (value: bigint): Uint8Array => writeDerUnsigned(fromBigInt(value, 1100))
      const octets = concat(Uint8Array.of(0), writeDer(DerTag.sequence, number(n), number(e)))
      return writeDer(DerTag.sequence, fromHex('300d06092a864886f70d0101010500'), writeDer(DerTag.bitString, octets))
    }
    const accepts = async (n: bigint, e: bigint): Promise<boolean> => {
      // s = 1 is the signature of the block 1: never of a message. A usable key encrypts, an unusable one throws.
      try {
        await provider.encryptPreMaster(readSubjectPublicKeyInfo(spki(n, e)), 0x0303)
        return true
      } catch {
        return false
      }
    }

    it('takes 1024 to 8192 bits, an odd modulus, an odd exponent from 3 to 2^33', async () => {
      expect(await accepts(numbers.n, 65537n)).toBe(true)
      expect(await accepts(numbers.n, 3n)).toBe(true)
      expect(await accepts(numbers.n, (1n << 33n) - 1n)).toBe(true)
      expect(await accepts((1n << 1023n) + 1n, 65537n)).toBe(true)
      expect(await accepts((1n << 8192n) - 1n, 65537n)).toBe(true)
      expect(await accepts((1n << 1023n) - 1n, 65537n)).toBe(false)
      expect(await accepts((1n << 8192n) + 1n, 65537n)).toBe(false)
      expect(await accepts(numbers.n + 1n, 65537n)).toBe(false)
      for (const e of [0n, 1n, 2n, 65536n, (1n << 33n) + 1n, numbers.n - 2n]) {
        expect(await accepts(numbers.n, e)).toBe(false)
      }
    })

    const privateKeyOf = (change: Partial<Record<string, bigint>>): Uint8Array => {
      const { n, e, p, q, dP, dQ, qInv } = numbers
      const fields = { version: 0n, n, e, d, p, q, dP, dQ, qInv, ...change }
      const order = ['version', 'n', 'e', 'd', 'p', 'q', 'dP', 'dQ', 'qInv'] as const
      return writeDer(DerTag.sequence, ...order.map((name) => writeDerUnsigned(fromBigInt(fields[name] ?? 0n, 260))))
    }
    const imports = (change: Partial<Record<string, bigint>>) => () =>
      provider.importPrivateKey(wrapPkcs1PrivateKey(privateKeyOf(change)))

    it('takes a private key whose numbers belong together, with p and q either way round', () => {
      expect(imports({})).not.toThrow()
      const { p, q, dP, dQ } = numbers
      expect(imports({ p: q, q: p, dP: dQ, dQ: dP, qInv: inverse(p, q) ?? 0n })).not.toThrow()
    })

    it.each(['n', 'e', 'd', 'p', 'q', 'dP', 'dQ', 'qInv'] as const)('refuses a private key with a wrong %s', (name) => {
      const value = name === 'd' ? d : numbers[name]
      expect(imports({ [name]: value + 2n })).toThrow(TypeError)
      expect(imports({ [name]: value - 2n })).toThrow(TypeError)
      expect(imports({ [name]: 0n })).toThrow(TypeError)
      expect(imports({ [name]: 1n })).toThrow(TypeError)
    })

    it('refuses keys without the remainder values, unreduced ones, and the version of multi-prime keys', () => {
      expect(imports({ dP: 0n, dQ: 0n, qInv: 0n })).toThrow(TypeError)
      expect(imports({ qInv: numbers.qInv + numbers.p })).toThrow(TypeError)
      expect(imports({ dP: numbers.dP + numbers.p - 1n })).toThrow(TypeError)
      expect(imports({ version: 1n })).toThrow(TypeError)
      expect(imports({ p: 1n, q: numbers.n })).toThrow(TypeError)
    })

    it('quotes no number of the key in what it says', () => {
      let message = ''
      try {
        imports({ dP: numbers.dP + 2n })()
      } catch (error) {
        message = String(error)
      }
      expect(message).toMatch(/belong together/)
      expect(message).not.toMatch(/\d{6}|[0-9a-f]{12}/)
    })
  })
})
