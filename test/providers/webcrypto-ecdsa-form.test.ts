/** ECDSA signatures between the DER of TLS and the bare numbers of WebCrypto. */
import { randomInt, sign } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex } from '../../src/bytes/convert.js'
import { derEcdsaSignature, rawEcdsaSignature } from '../../src/providers/webcrypto/ecdsa-signature.js'
import { ecTestKey } from './node-keys.js'

const curves = [
  ['secp256r1', 'prime256v1', 32],
  ['secp384r1', 'secp384r1', 48],
  ['secp521r1', 'secp521r1', 66],
] as const

describe.each(curves)('%s', (curve, nodeName, length) => {
  const { privateKey } = ecTestKey(nodeName)

  // OpenSSL writes both forms: the one that is read from the other must be what it would have written.
  it('takes the DER of OpenSSL apart and puts it together again', () => {
    for (let round = 0; round < 200; round++) {
      const der = Uint8Array.from(sign('sha256', Uint8Array.of(round), privateKey))
      const raw = rawEcdsaSignature(curve, der)
      expect(raw).toHaveLength(2 * length)
      expect(toHex(derEcdsaSignature(curve, raw))).toBe(toHex(der))
    }
  })

  it('pads short numbers, drops leading zeros, and minds the sign octet', () => {
    const raw = (r: string, s: string) => fromHex(r.padStart(2 * length, '0') + s.padStart(2 * length, '0'))
    expect(rawEcdsaSignature(curve, fromHex('3006020101020102'))).toEqual(raw('01', '02'))
    expect(rawEcdsaSignature(curve, fromHex('30080202008002020081'))).toEqual(raw('80', '81'))
    expect(toHex(derEcdsaSignature(curve, raw('80', '00')))).toBe('300702020080020100')
    expect(toHex(derEcdsaSignature(curve, raw('7f', '0100')))).toBe('300702017f02020100')
  })
})

describe('what is not a signature of P-256', () => {
  const one = '020101'
  it.each([
    ['nothing', ''],
    ['no numbers', '3000'],
    ['one number', `3003${one}`],
    ['three numbers', `3009${one}${one}${one}`],
    ['octets after it', `3006${one}${one}00`],
    ['octets inside', `3008${one}${one}0500`],
    ['a negative number', '30060201ff020101'],
    ['an empty number', '30050200020101'],
    ['a number that is not minimal', '30070202000102 0101'],
    ['a length that is not minimal', `308106${one}${one}`],
    ['an indefinite length', `3080${one}${one}0000`],
    ['a set', `3106${one}${one}`],
    ['an octet string within', '3006040101020101'],
    ['a number of 33 octets', `3026022101${'00'.repeat(32)}${one}`],
  ])('%s', (_, der) => {
    expect(() => rawEcdsaSignature('secp256r1', fromHex(der))).toThrow()
  })

  it('raw octets of another length', () => {
    for (const length of [0, 63, 65, 96]) {
      expect(() => derEcdsaSignature('secp256r1', new Uint8Array(length))).toThrow(RangeError)
    }
  })

  it('any octet more, less or otherwise never gives the same numbers', () => {
    const raw = concat(new Uint8Array(32).fill(0x91), new Uint8Array(32).fill(0x52))
    const der = derEcdsaSignature('secp256r1', raw)
    for (let round = 0; round < 500; round++) {
      const at = randomInt(der.length)
      const changed = der.with(at, (der[at] ?? 0) ^ (1 << randomInt(8)))
      let read: Uint8Array | undefined
      try {
        read = rawEcdsaSignature('secp256r1', changed)
      } catch {
        continue
      }
      expect(read).not.toEqual(raw)
    }
  })
})
