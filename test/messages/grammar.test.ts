/** What bounds and round trips do not show: the values a grammar excludes, and the helpers around extensions. */
import { describe, expect, it } from 'vitest'
import { fromHex } from '../../src/bytes/convert.js'
import { MalformedError, type MalformedReason } from '../../src/bytes/reader.js'
import { decode, encode } from '../../src/codec/codec.js'
import { CertificateStatus } from '../../src/messages/certificate-status.js'
import { ChangeCipherSpec } from '../../src/messages/change-cipher-spec.js'
import { duplicateExtension, findExtension } from '../../src/messages/extensions/extension.js'
import { extensionCodecs } from '../../src/messages/extensions/extension-codecs.js'
import { CertificateStatusRequest } from '../../src/messages/extensions/status-request.js'
import { decodeHandshakeBody, encodeHandshake, frameHandshake } from '../../src/messages/handshake.js'
import { decodeServerKeyExchange } from '../../src/messages/server-key-exchange.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { HandshakeType } from '../../src/registry/handshake-type.js'

function refusal(decoding: () => unknown): { reason: MalformedReason; offset: number } {
  try {
    decoding()
  } catch (error) {
    if (error instanceof MalformedError) return { reason: error.reason, offset: error.offset }
    throw error
  }
  throw new Error('nothing was refused')
}

describe('values outside the grammar', () => {
  it('are refused: a curve type other than named_curve', () => {
    for (const curveType of ['01', '02', '00', 'f8']) {
      const body = fromHex(`${curveType} 001d 01aa 0401 0000`)
      expect(refusal(() => decodeServerKeyExchange('ecdh', body))).toEqual({ reason: 'value', offset: 0 })
    }
    expect(decodeServerKeyExchange('ecdh', fromHex('03 001d 01aa 0401 0000')).params.namedCurve).toBe(29)
  })

  it('are refused: a status type other than ocsp', () => {
    expect(refusal(() => decode(CertificateStatus, fromHex('02 000001 aa')))).toEqual({ reason: 'value', offset: 0 })
    expect(refusal(() => decode(CertificateStatusRequest, fromHex('02 0000 0000'))).reason).toBe('value')
    expect(() => encode(CertificateStatus, { statusType: 2, response: new Uint8Array(1) })).toThrow(RangeError)
  })

  it('are refused: a ChangeCipherSpec of another type or size', () => {
    expect(decode(ChangeCipherSpec, fromHex('01'))).toEqual({ type: 1 })
    expect(refusal(() => decode(ChangeCipherSpec, fromHex('02'))).reason).toBe('value')
    expect(refusal(() => decode(ChangeCipherSpec, fromHex('0101'))).reason).toBe('trailing')
    expect(refusal(() => decode(ChangeCipherSpec, fromHex('')))).toEqual({ reason: 'truncated', offset: 0 })
  })
})

describe('the reason and place of a refusal', () => {
  const header = (type: number, hex: string): Uint8Array => frameHandshake(type, fromHex(hex))

  it('counts from the first byte of the header', () => {
    const { certificate, server_hello_done: done, certificate_request: request } = HandshakeType
    expect(refusal(() => decodeHandshakeBody('certificate', fromHex('0b000003000000').subarray(0, 6)))).toEqual({
      reason: 'truncated',
      offset: 4,
    })
    expect(refusal(() => decodeHandshakeBody('certificate', fromHex('0b00000300000000')))).toEqual({
      reason: 'trailing',
      offset: 7,
    })
    expect(refusal(() => decodeHandshakeBody('certificate', header(certificate, '000003000000')))).toEqual({
      reason: 'length',
      offset: 7,
    })
    expect(refusal(() => decodeHandshakeBody('server_hello_done', header(done, '00')))).toEqual({
      reason: 'trailing',
      offset: 4,
    })
    expect(refusal(() => decodeHandshakeBody('certificate_request', header(request, '00')))).toEqual({
      reason: 'length',
      offset: 4,
    })
  })
})

describe('DHE parameters', () => {
  const params = '0002 00ff 0001 02 0002 0007'

  it('keep the exact bytes that were signed, leading zeros too, as a view', () => {
    const body = fromHex(`${params} 0501 0001 aa`)
    const read = decodeServerKeyExchange('dh', body)
    expect(read.kind).toBe('dh')
    expect(read.params).toEqual({ dhP: fromHex('00ff'), dhG: fromHex('02'), dhYs: fromHex('0007') })
    expect(read.signedParams).toEqual(fromHex(params))
    expect(read.signedParams.buffer).toBe(body.buffer)
    expect(read.signature).toEqual({ algorithm: 0x0501, signature: fromHex('aa') })
  })

  it('refuse bytes after the signature', () => {
    const body = fromHex(`${params} 0501 0001 aa bb`)
    expect(refusal(() => decodeServerKeyExchange('dh', body))).toEqual({ reason: 'trailing', offset: body.length - 1 })
  })
})

describe('extensions', () => {
  const list = [
    { extensionType: 23, extensionData: fromHex('') },
    { extensionType: 0x7777, extensionData: fromHex('c0ffee') },
    { extensionType: 16, extensionData: fromHex('aa') },
  ]

  it('are found by type', () => {
    expect(findExtension(list, 0x7777)).toEqual(fromHex('c0ffee'))
    expect(findExtension(list, 23)).toEqual(fromHex(''))
    expect(findExtension(list, 5)).toBeUndefined()
    expect(findExtension(undefined, 5)).toBeUndefined()
  })

  it('are searched for duplicates', () => {
    expect(duplicateExtension(list)).toBeUndefined()
    expect(duplicateExtension(undefined)).toBeUndefined()
    expect(duplicateExtension([...list, { extensionType: 0x7777, extensionData: fromHex('') }])).toBe(0x7777)
  })

  it('survive untouched and in order where they are unknown', () => {
    const hello = {
      serverVersion: 0x0303,
      random: new Uint8Array(32),
      sessionId: fromHex('0102'),
      cipherSuite: 0xfefe,
      compressionMethod: 9,
      extensions: list,
    }
    expect(decodeHandshakeBody('server_hello', encodeHandshake('server_hello', hello))).toEqual(hello)
  })

  it('are empty in a ServerHello where the server only acknowledges', () => {
    const { server_name, status_request, session_ticket } = ExtensionType
    for (const type of [server_name, status_request, session_ticket]) {
      const codec = extensionCodecs.get(type)?.serverHello
      if (codec === undefined) throw new Error(`no codec for extension ${type}`)
      expect(decode(codec, fromHex(''))).toEqual({})
      expect(refusal(() => decode(codec, fromHex('00'))).reason).toBe('trailing')
    }
  })
})
