import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex } from '../../src/bytes/convert.js'
import { MalformedError, Reader } from '../../src/bytes/reader.js'
import {
  contextTag,
  DerTag,
  enterDer,
  readDer,
  readDerOctetAlignedBits,
  readDerUnsigned,
  readWholeDer,
  writeDer,
  writeDerUnsigned,
} from '../../src/codec/der.js'

const refused = (hex: string, read: (bytes: Uint8Array) => unknown = (bytes) => readWholeDer(bytes)): void => {
  expect(() => read(fromHex(hex)), hex).toThrow(MalformedError)
}

describe('readDer', () => {
  it('reads short and long lengths', () => {
    expect(toHex(readWholeDer(fromHex('0403010203')).contents)).toBe('010203')
    const long = readWholeDer(fromHex(`048180${'00'.repeat(128)}`))
    expect([long.tag, long.contents.length, long.whole.length]).toEqual([DerTag.octetString, 128, 131])
    expect(readWholeDer(fromHex(`04820100${'00'.repeat(256)}`)).contents.length).toBe(256)
  })

  it('refuses everything that is BER and not DER', () => {
    refused('0480010203 0000') // indefinite
    refused('04810301 0203') // long form where the short one is enough
    refused(`04820080${'00'.repeat(128)}`) // a leading zero in the length
    refused('0485000000000100') // five length octets
    refused('1f0100') // multi-octet tag
  })

  it('refuses truncated, trailing and wrongly tagged elements', () => {
    const bytes = fromHex('3006020101020102')
    for (let end = 0; end < bytes.length; end++)
      expect(() => readWholeDer(bytes.subarray(0, end))).toThrow(MalformedError)
    refused('300602010102010200')
    expect(() => readWholeDer(bytes, DerTag.set)).toThrow(MalformedError)
    expect(() => readDer(new Reader(fromHex('a000')), contextTag(1))).toThrow(MalformedError)
    expect(readDer(new Reader(fromHex('a000')), contextTag(0)).tag).toBe(0xa0)
  })
})

describe('integers and bit strings', () => {
  const integer = (hex: string): string => toHex(readDerUnsigned(new Reader(fromHex(hex))))

  it('reads unsigned integers and refuses other ones', () => {
    expect(integer('020100')).toBe('00')
    expect(integer('02017f')).toBe('7f')
    expect(integer('02020080')).toBe('80')
    for (const hex of ['0200', '020180', '0202007f', '0202ff80', '02020000'])
      refused(hex, (bytes) => readDerUnsigned(new Reader(bytes)))
  })

  it('reads bit strings without unused bits and refuses other ones', () => {
    expect(toHex(readDerOctetAlignedBits(new Reader(fromHex('030200ff'))))).toBe('ff')
    for (const hex of ['0300', '030201fe']) refused(hex, (bytes) => readDerOctetAlignedBits(new Reader(bytes)))
  })

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (magnitude) => {
        const read = readDerUnsigned(new Reader(writeDerUnsigned(magnitude)))
        expect(BigInt(`0x${toHex(read)}`)).toBe(BigInt(`0x${toHex(magnitude)}`))
      }),
    )
  })
})

describe('against node:crypto', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const pkcs1 = new Uint8Array(publicKey.export({ type: 'pkcs1', format: 'der' }))
  const jwk = publicKey.export({ format: 'jwk' })

  it('reads an RSAPublicKey that it wrote', () => {
    const reader = enterDer(pkcs1, DerTag.sequence)
    expect(Buffer.from(readDerUnsigned(reader)).toString('base64url')).toBe(jwk.n)
    expect(Buffer.from(readDerUnsigned(reader)).toString('base64url')).toBe(jwk.e)
    expect(reader.remaining).toBe(0)
  })

  it('writes an RSAPublicKey that it reads', () => {
    const n = new Uint8Array(Buffer.from(jwk.n ?? '', 'base64url'))
    const e = new Uint8Array(Buffer.from(jwk.e ?? '', 'base64url'))
    const written = writeDer(DerTag.sequence, writeDerUnsigned(n), writeDerUnsigned(e))
    expect(toHex(written)).toBe(toHex(pkcs1))
    expect(createPublicKey({ key: Buffer.from(written), type: 'pkcs1', format: 'der' }).equals(publicKey)).toBe(true)
  })
})
