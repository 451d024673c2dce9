import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { decodeBase64, encodeBase64 } from '../../src/x509/base64.js'

describe('base64', () => {
  it('is the one that Node writes, and reads back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(encodeBase64(bytes)).toBe(text)
        expect(toHex(decodeBase64(text) ?? Uint8Array.of(1, 2, 3))).toBe(toHex(bytes))
      }),
    )
  })

  it.each([
    ['missing padding', 'QQ'],
    ['too much padding', 'QQ==='],
    ['padding in the middle', 'QQ==QUFB'],
    ['unused bits that are not zero, two characters', 'QR=='],
    ['unused bits that are not zero, three characters', 'QUF='],
    ['white space', 'QUFB QUFB'],
    ['a line feed at the end', 'QUFB\n'],
    ['the URL alphabet', 'QU-_'],
    ['padding alone', '===='],
  ])('refuses %s', (_what, text) => {
    expect(decodeBase64(text)).toBeUndefined()
  })
})
