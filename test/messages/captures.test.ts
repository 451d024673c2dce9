/** Messages that other implementations sent: they decode, encode to the same bytes, and dissect without a gap. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex, toLatin1 } from '../../src/bytes/convert.js'
import { decode } from '../../src/codec/codec.js'
import { leavesOf } from '../../src/codec/dissect.js'
import { type DissectHint, dissect } from '../../src/messages/dissect.js'
import { extensionCodecs } from '../../src/messages/extensions/extension-codecs.js'
import { decodeHandshakeBody, encodeHandshake, readHandshakeHeader } from '../../src/messages/handshake.js'
import {
  decodeServerKeyExchange,
  encodeServerKeyExchange,
  SignedEcdhParams,
} from '../../src/messages/server-key-exchange.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { shared } from '../support/outside.js'
import { readPcap } from '../support/pcap.js'

interface Message {
  readonly name: HandshakeTypeName
  readonly raw: Uint8Array
}

const nameOfType = new Map<number, HandshakeTypeName>(
  (Object.keys(HandshakeType) as HandshakeTypeName[]).map((name) => [HandshakeType[name], name]),
)

/** The handshake messages of one side up to its ChangeCipherSpec, which none of them is encrypted before. */
function plaintextMessages(stream: Uint8Array): Message[] {
  let handshake: Uint8Array = new Uint8Array(0)
  for (let at = 0; at < stream.length && (stream[at] === 22 || stream[at] === 21); ) {
    const length = ((stream[at + 3] ?? 0) << 8) | (stream[at + 4] ?? 0)
    if (stream[at] === 22) handshake = concat(handshake, stream.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  const messages: Message[] = []
  while (handshake.length > 0) {
    const { msgType, length } = readHandshakeHeader(handshake)
    const name = nameOfType.get(msgType)
    if (name === undefined) throw new Error(`a message of type ${msgType}`)
    messages.push({ name, raw: handshake.slice(0, 4 + length) })
    handshake = handshake.slice(4 + length)
  }
  return messages
}

/** Key exchange by suite, for the suites that the recordings chose; the rest of them are RSA. */
function keyExchangeOf(cipherSuite: number): 'RSA' | 'ECDHE_RSA' {
  const rsa = [0x0004, 0x0005, 0x000a, 0x002f, 0x0035, 0x003c, 0x009c, 0x009d]
  return rsa.includes(cipherSuite) ? 'RSA' : 'ECDHE_RSA'
}

function checkMessage({ name, raw }: Message, hint: DissectHint): void {
  const message = decodeHandshakeBody(name, raw)
  expect(toHex(encodeHandshake(name, message as never))).toBe(toHex(raw)) // a name of the union, with its own message
  const leaves = leavesOf(dissect(raw, hint))
  expect(leaves.map(({ start }) => start)).toEqual([0, ...leaves.slice(0, -1).map(({ end }) => end)])
  expect(leaves.at(-1)?.end).toBe(raw.length)
  expect(leaves.filter(({ meaning }) => meaning?.startsWith('malformed'))).toEqual([])
  if (name === 'client_hello' || name === 'server_hello') {
    const form = name === 'client_hello' ? 'clientHello' : 'serverHello'
    for (const { extensionType, extensionData } of decodeHandshakeBody(name, raw).extensions ?? []) {
      const codec = extensionCodecs.get(extensionType)?.[form]
      if (codec !== undefined) expect(() => decode(codec, extensionData)).not.toThrow()
    }
  }
}

/** Checks both sides of one handshake and says which messages it held. */
function checkHandshake(client: Uint8Array, server: Uint8Array): HandshakeTypeName[] {
  const messages = [...plaintextMessages(client), ...plaintextMessages(server)]
  const serverHello = messages.find(({ name }) => name === 'server_hello')
  const hint =
    serverHello === undefined
      ? {}
      : { keyExchange: keyExchangeOf(decodeHandshakeBody('server_hello', serverHello.raw).cipherSuite) }
  for (const message of messages) checkMessage(message, hint)
  return messages.map(({ name }) => name)
}

/**
 * The ClientHello of syncsynchalt/illustrated-tls12, captures/capture.pcap (sent by Go); the expected fields are those
 * that tshark 4.0.17 prints for it.
 */
const illustratedHello = fromHex(`
  010000a10303000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f000020cca8cca9c02fc030c02bc02cc013c009
  c014c00a009c009d002f0035c012000a010000580000001800160000136578616d706c652e756c666865696d2e6e657400050005010000000
  0000a000a0008001d001700180019000b00020100000d0012001004010403050105030601060302010203ff0100010000120000`)

describe('a ClientHello from a published capture', () => {
  const hello = decodeHandshakeBody('client_hello', illustratedHello)
  const extension = (type: number): unknown => {
    const found = hello.extensions?.find(({ extensionType }) => extensionType === type)
    const codec = extensionCodecs.get(type)?.clientHello
    return found && codec && decode(codec, found.extensionData)
  }

  it('has the fields that tshark shows', () => {
    expect(hello.clientVersion).toBe(0x0303)
    expect(toHex(hello.random)).toBe('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f')
    expect(hello.sessionId.length).toBe(0)
    expect(hello.cipherSuites).toEqual([
      0xcca8, 0xcca9, 0xc02f, 0xc030, 0xc02b, 0xc02c, 0xc013, 0xc009, 0xc014, 0xc00a, 0x009c, 0x009d, 0x002f, 0x0035,
      0xc012, 0x000a,
    ])
    expect(hello.compressionMethods).toEqual([0])
    expect(hello.extensions?.map((one) => [one.extensionType, one.extensionData.length])).toEqual([
      [0, 24],
      [5, 5],
      [10, 10],
      [11, 2],
      [13, 18],
      [0xff01, 1],
      [18, 0],
    ])
  })

  it('has the extension contents that tshark shows', () => {
    const names = extension(0) as readonly { nameType: number; name: Uint8Array }[] // what its codec reads
    expect(names.map(({ nameType, name }) => [nameType, toLatin1(name)])).toEqual([[0, 'example.ulfheim.net']])
    expect(extension(5)).toEqual({ statusType: 1, responderIdList: [], requestExtensions: new Uint8Array(0) })
    expect(extension(10)).toEqual([0x001d, 0x0017, 0x0018, 0x0019])
    expect(extension(11)).toEqual([0])
    expect(extension(13)).toEqual([0x0401, 0x0403, 0x0501, 0x0503, 0x0601, 0x0603, 0x0201, 0x0203])
    expect(extension(0xff01)).toEqual({ renegotiatedConnection: new Uint8Array(0) })
  })

  it('is encoded to the same bytes and dissected', () =>
    checkMessage({ name: 'client_hello', raw: illustratedHello }, {}))
})

const illustrated = shared('conformance/captures/illustrated-tls12.pcap')

describe.skipIf(illustrated === undefined)('captures/illustrated-tls12.pcap (skipped without ../shared)', () => {
  const [conversation] = illustrated === undefined ? [] : readPcap(illustrated)
  const client = conversation?.client ?? new Uint8Array(0)
  const server = conversation?.server ?? new Uint8Array(0)

  it('holds the messages of a full handshake', () => {
    expect(checkHandshake(client, server)).toEqual([
      'client_hello',
      'client_key_exchange',
      'server_hello',
      'certificate',
      'server_key_exchange',
      'server_hello_done',
    ])
    expect(toHex(plaintextMessages(client)[0]?.raw ?? client)).toBe(toHex(illustratedHello))
  })

  it('has the ServerKeyExchange that its site explains', () => {
    const message = plaintextMessages(server).find(({ name }) => name === 'server_key_exchange')
    const { body } = decodeHandshakeBody('server_key_exchange', message?.raw ?? server)
    const read = decodeServerKeyExchange('ecdh', body)
    // the server's ephemeral public key as published beside the capture
    const publicKey = '9fd7ad6dcff4298dd3f96d5b1b2af910a0535b1488d7f8fabb349a982880b615'
    expect(toHex(read.params.publicKey)).toBe(publicKey)
    expect(read.params.namedCurve).toBe(0x001d)
    expect(toHex(read.signedParams)).toBe(`03001d20${publicKey}`)
    expect(read.signature.algorithm).toBe(0x0401)
    expect(read.signature.signature.length).toBe(256)
    expect(encodeServerKeyExchange('ecdh', read.params, read.signature)).toEqual(body)
    expect(decode(SignedEcdhParams, body)).toEqual({ params: read.params, signature: read.signature })
  })
})

/** How many messages of each type tshark 4.0.17 counts, outside encryption (`-Y tls.handshake -e tls.handshake.type`). */
const pcaps: readonly (readonly [string, Readonly<Record<number, number>>])[] = [
  ['ws-rsa-p-lt-q.pcap', { 1: 1, 2: 1, 11: 1, 14: 1, 16: 1 }],
  ['ws-tls12-chacha20poly1305.pcap', { 1: 7, 2: 7, 11: 4, 12: 5, 14: 7, 16: 7 }],
  ['zeek-certificate-request-failed.pcap', { 1: 1, 2: 1, 11: 2, 12: 1, 13: 1, 14: 1, 16: 1 }],
  ['zeek-client-certificate.pcap', { 1: 1, 2: 1, 4: 1, 11: 2, 12: 1, 13: 1, 14: 1, 15: 1, 16: 1 }],
  ['zeek-ecdsa-cert.pcap', { 1: 1, 2: 1, 4: 1, 11: 1, 12: 1, 14: 1, 16: 1 }],
  ['zeek-signed_certificate_timestamp.pcap', { 1: 1, 2: 1, 4: 1, 11: 1, 12: 1, 14: 1, 16: 1, 22: 1 }],
]

describe.each(pcaps)('captures/%s (skipped without ../shared)', (file, counted) => {
  const path = shared(`conformance/captures/${file}`)

  it.skipIf(path === undefined)('decodes, re-encodes and dissects', () => {
    const counts: Record<number, number> = {}
    for (const { client, server } of path === undefined ? [] : readPcap(path)) {
      for (const message of [...plaintextMessages(client), ...plaintextMessages(server)]) {
        checkMessage(message, {})
        counts[HandshakeType[message.name]] = (counts[HandshakeType[message.name]] ?? 0) + 1
      }
    }
    expect(counts).toEqual(counted)
  })
})

const goFlows = shared('conformance/captures/go-tls12/go-tls12-flows.json.gz')

interface Recording {
  readonly name: string
  readonly flows: readonly (readonly ['c' | 's', string])[]
}

describe.skipIf(goFlows === undefined)('captures/go-tls12 (skipped without ../shared)', () => {
  const recordings: readonly Recording[] =
    goFlows === undefined ? [] : JSON.parse(gunzipSync(readFileSync(goFlows)).toString()).recordings
  const side = (recording: Recording, from: 'c' | 's'): Uint8Array =>
    fromHex(recording.flows.map(([who, hex]) => (who === from ? hex : '')).join(''))

  it('decodes, re-encodes and dissects all that was sent in the clear, and it is every kind of message but three', () => {
    expect(recordings.length).toBe(59)
    const seen = new Set(recordings.flatMap((one) => checkHandshake(side(one, 'c'), side(one, 's'))))
    expect([...seen].sort()).toEqual([
      'certificate',
      'certificate_request',
      'certificate_verify',
      'client_hello',
      'client_key_exchange',
      'new_session_ticket',
      'server_hello',
      'server_hello_done',
      'server_key_exchange',
    ])
  })
})
