import { describe, expect, it } from 'vitest'
import { concat, fromAscii } from '../../src/bytes/convert.js'
import { Secret } from '../../src/bytes/secret.js'
import { standardRecordLayer } from '../../src/record/standard-record-layer.js'
import { ContentType } from '../../src/registry/content-type.js'
import { nodeCiphers } from '../support/node-ciphers.js'
import { bulks, codeOf, drain, pair, rawRecord, recordErrorOf, sealByHand, someKeys } from './layers.js'

const PLAINTEXT = 2 ** 14
const CIPHERTEXT = 2 ** 14 + 2048
const protectedKinds = Object.entries(bulks)

const receiverWith = (bytes: Uint8Array, role: 'client' | 'server' = 'server') => {
  const layer = standardRecordLayer({ crypto: nodeCiphers, role })
  layer.receive(bytes)
  return layer
}

describe('length, judged from the header alone', () => {
  const headerOf = (length: number) => rawRecord(ContentType.handshake, 0x0303, new Uint8Array(), length)

  it('unprotected: 2^14 passes, one more does not', () => {
    expect(receiverWith(headerOf(PLAINTEXT)).next()).toBeUndefined()
    for (const length of [PLAINTEXT + 1, CIPHERTEXT, 0xffff]) {
      expect(codeOf(() => receiverWith(headerOf(length)).next())).toBe('record_overflow')
      expect(codeOf(() => receiverWith(headerOf(length)).peek())).toBe('record_overflow')
    }
  })

  it('unprotected: a whole fragment of 2^14 opens', () => {
    const [record] = drain(receiverWith(rawRecord(ContentType.handshake, 0x0303, new Uint8Array(PLAINTEXT))))
    expect(record?.fragment.length).toBe(PLAINTEXT)
  })

  for (const [name, bulk] of protectedKinds) {
    it(`${name}: 2^14 + 2048 passes, one more does not`, () => {
      const { receiver } = pair(bulk)
      receiver.receive(headerOf(CIPHERTEXT))
      expect(receiver.next()).toBeUndefined()
      const { receiver: other } = pair(bulk)
      other.receive(headerOf(CIPHERTEXT + 1))
      expect(codeOf(() => other.next())).toBe('record_overflow')
    })

    it(`${name}: a plaintext of 2^14 opens, one byte more does not`, () => {
      const { sender, receiver } = pair(bulk)
      receiver.receive(sender.seal(ContentType.application_data, new Uint8Array(PLAINTEXT)))
      expect(receiver.next()?.fragment.length).toBe(PLAINTEXT)
      receiver.receive(sealByHand(bulk, { sequence: 1, content: new Uint8Array(PLAINTEXT + 1) }))
      expect(codeOf(() => receiver.next())).toBe('plaintext_overflow')
    })
  }
})

describe('content type', () => {
  it('only 20 to 23 pass, protected or not', () => {
    for (let type = 0; type < 256; type++) {
      const known = type >= 20 && type <= 23
      const plain = receiverWith(rawRecord(type, 0x0303, Uint8Array.of(7, 7, 7)), 'client')
      if (known) expect(plain.next()?.type).toBe(type)
      else expect(codeOf(() => plain.next())).toBe('unknown_content_type')
      const { receiver } = pair(bulks['AES-128-GCM'])
      receiver.receive(rawRecord(type, 0x0303, new Uint8Array(40)))
      expect(codeOf(() => receiver.next())).toBe(known ? 'bad_record_mac' : 'unknown_content_type')
    }
  })
})

describe('empty fragments (RFC 5246 §6.2.1)', () => {
  const types = [ContentType.change_cipher_spec, ContentType.alert, ContentType.handshake]

  it('unprotected: application data only', () => {
    const empty = rawRecord(ContentType.application_data, 0x0303, new Uint8Array())
    expect(receiverWith(empty).next()).toEqual({ type: ContentType.application_data, fragment: new Uint8Array() })
    for (const type of types) {
      expect(codeOf(() => receiverWith(rawRecord(type, 0x0303, new Uint8Array())).next())).toBe('empty_fragment')
    }
  })

  for (const [name, bulk] of protectedKinds) {
    it(`${name}: nothing inside is refused once it is authentic, and no fragment at all is a bad record`, () => {
      for (const type of types) {
        const { receiver } = pair(bulk)
        receiver.receive(sealByHand(bulk, { type, content: new Uint8Array() }))
        expect(codeOf(() => receiver.next())).toBe('empty_fragment')
      }
      const { receiver } = pair(bulk)
      receiver.receive(rawRecord(ContentType.handshake, 0x0303, new Uint8Array()))
      expect(codeOf(() => receiver.next())).toBe('bad_record_mac')
    })
  }
})

describe('version', () => {
  it('is any 0x03xx before keys are installed', () => {
    for (const version of [0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x03ff]) {
      expect(receiverWith(rawRecord(22, version, Uint8Array.of(1))).next()?.fragment).toEqual(Uint8Array.of(1))
    }
    for (const version of [0x0000, 0x0200, 0x02ff, 0x0400, 0x7f03, 0xffff]) {
      expect(codeOf(() => receiverWith(rawRecord(22, version, Uint8Array.of(1))).next())).toBe('bad_record_version')
    }
  })

  it('is 0x0303 afterwards', () => {
    for (const version of [0x0300, 0x0302, 0x0304]) {
      const { sender, receiver } = pair(bulks['AES-128-GCM'])
      const wire = sender.seal(ContentType.application_data, Uint8Array.of(1))
      wire[1] = version >> 8
      wire[2] = version & 0xff
      receiver.receive(wire)
      expect(codeOf(() => receiver.next())).toBe('bad_record_version')
    }
  })

  it("is sent as 0x0303, but as 0x0301 on a client's first handshake record", () => {
    const versionsOf = (role: 'client' | 'server') => {
      const layer = standardRecordLayer({ crypto: nodeCiphers, role })
      return [ContentType.alert, ContentType.handshake, ContentType.handshake, ContentType.application_data].map(
        (type) => [...layer.seal(type, Uint8Array.of(1)).subarray(1, 3)].join('.'),
      )
    }
    expect(versionsOf('client')).toEqual(['3.3', '3.1', '3.3', '3.3'])
    expect(versionsOf('server')).toEqual(['3.3', '3.3', '3.3', '3.3'])
  })
})

describe('what is not TLS', () => {
  const version2Hello = Uint8Array.of(0x80, 0x2e, 0x01, 0x03, 0x03, 0, 3, 0, 0)

  it('names an SSL 2.0 ClientHello, as the first bytes that a server sees', () => {
    expect(codeOf(() => receiverWith(version2Hello).next())).toBe('sslv2_record')
    expect(codeOf(() => receiverWith(version2Hello).peek())).toBe('sslv2_record')
    expect(codeOf(() => receiverWith(version2Hello, 'client').next())).toBe('bad_record_version')
    const later = receiverWith(concat(rawRecord(22, 0x0301, Uint8Array.of(1)), version2Hello))
    later.next()
    expect(codeOf(() => later.next())).toBe('bad_record_version')
  })

  it('names plain HTTP, as the first bytes', () => {
    for (const [text, code] of [
      ['GET / HTTP/1.1\r\n', 'http_request'],
      ['POST /a', 'http_request'],
      ['HEAD /a', 'http_request'],
      ['PUT /a b', 'http_request'],
      ['CONNECT a:1', 'http_proxy_request'],
      ['HTTP/1.1 400 Bad Request', 'http_response'],
    ] as const) {
      for (const role of ['client', 'server'] as const) {
        const error = recordErrorOf(() => receiverWith(fromAscii(text), role).next())
        expect(error.code).toBe(code)
        expect(error.message).toMatch(/plain HTTP/)
      }
    }
    const later = receiverWith(concat(rawRecord(22, 0x0301, Uint8Array.of(1)), fromAscii('GET / HTTP/1.1')))
    later.next()
    expect(codeOf(() => later.next())).toBe('bad_record_version')
  })

  it('waits for a whole header before it judges', () => {
    const layer = receiverWith(version2Hello.subarray(0, 4))
    expect(layer.next()).toBeUndefined()
    layer.receive(version2Hello.subarray(4))
    expect(codeOf(() => layer.next())).toBe('sslv2_record')
  })
})

describe('after a fault', () => {
  it('the very same error comes again, and nothing more is kept', () => {
    const { sender, receiver } = pair(bulks['AES-128-GCM'])
    const good = sender.seal(ContentType.application_data, Uint8Array.of(1))
    receiver.receive(rawRecord(ContentType.application_data, 0x0303, new Uint8Array(50)))
    const error = recordErrorOf(() => receiver.next())
    expect(error.code).toBe('bad_record_mac')
    receiver.receive(good)
    expect(recordErrorOf(() => receiver.next())).toBe(error)
    expect(recordErrorOf(() => receiver.peek())).toBe(error)
    expect(receiver.buffered).toBe(0)
  })

  it('our own direction still seals, so that an alert can be sent', () => {
    const { receiver } = pair()
    receiver.receive(fromAscii('GET / HTTP/1.1'))
    expect(codeOf(() => receiver.next())).toBe('http_request')
    expect(receiver.seal(ContentType.alert, Uint8Array.of(2, 70))).toEqual(Uint8Array.of(21, 3, 3, 0, 2, 2, 70))
  })
})

describe('keys', () => {
  for (const [name, bulk] of protectedKinds) {
    it(`${name}: are wiped when others replace them`, () => {
      const { sender, receiver } = pair()
      for (const [layer, install] of [
        [sender, 'installWriteKeys'],
        [receiver, 'installReadKeys'],
      ] as const) {
        const [first, second] = [someKeys(bulk), someKeys(bulk, 1)]
        layer[install](first)
        expect([first.key.wiped, first.macKey?.wiped ?? false, first.fixedIv?.wiped ?? false]).not.toContain(true)
        layer[install](second)
        expect([first.key.wiped, first.macKey?.wiped ?? true, first.fixedIv?.wiped ?? true]).not.toContain(false)
        expect(second.key.wiped).toBe(false)
      }
      receiver.receive(sender.seal(ContentType.application_data, Uint8Array.of(5)))
      expect(receiver.next()?.fragment).toEqual(Uint8Array.of(5))
    })

    it(`${name}: of a wrong length are refused`, () => {
      const { sender } = pair()
      const good = someKeys(bulk)
      const short = new Secret(new Uint8Array(3))
      expect(() => sender.installWriteKeys({ ...good, key: short })).toThrow(RangeError)
      expect(() => sender.installWriteKeys({ bulk, key: good.key })).toThrow(RangeError)
      expect(() => sender.installWriteKeys({ ...good, fixedIv: short, macKey: short })).toThrow(RangeError)
      expect(() => sender.installWriteKeys(good)).not.toThrow()
    })
  }
})
