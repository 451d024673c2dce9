import { describe, expect, it } from 'vitest'
import { fromAscii, fromHex, toHex } from '../../src/bytes/convert.js'
import { tripleDesCbc } from '../../src/providers/noble/triple-des.js'

const key = fromHex('0123456789abcdef23456789abcdef01456789abcdef0123')

describe('triple DES', () => {
  // NIST SP 800-67, appendix B, which is in ECB mode: one block under an IV of zeros is the same
  it.each([
    ['The qufc', 'a826fd8ce53b855f'],
    ['k brown ', 'cce21c8112256fe6'],
    ['fox jump', '68d5c05dd9b6b900'],
  ])('makes the example of NIST SP 800-67 out of %j', (text, block) => {
    const cipher = tripleDesCbc(key, new Uint8Array(8))
    expect(toHex(cipher.encrypt(fromAscii(text)))).toBe(block)
    expect(cipher.decrypt(fromHex(block))).toEqual(fromAscii(text))
  })

  it('does not look at parity bits', () => {
    const without = key.map((octet) => octet & 0xfe)
    const block = fromHex('a826fd8ce53b855f')
    expect(tripleDesCbc(without, new Uint8Array(8)).decrypt(block)).toEqual(fromAscii('The qufc'))
  })

  it('leaves its input alone, which may be a view', () => {
    const memory = fromHex('ffa826fd8ce53b855fff')
    tripleDesCbc(key, new Uint8Array(8)).decrypt(memory.subarray(1, 9))
    expect(toHex(memory)).toBe('ffa826fd8ce53b855fff')
  })

  it('refuses a key of another length', () => {
    expect(() => tripleDesCbc(new Uint8Array(16), new Uint8Array(8))).toThrow(RangeError)
  })
})
