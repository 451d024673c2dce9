import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { MalformedError } from '../../src/bytes/reader.js'
import { decode, encode } from '../../src/codec/codec.js'
import {
  decodeHandshakeBody,
  encodeHandshake,
  frameHandshake,
  HANDSHAKE_HEADER_LENGTH,
  readHandshakeHeader,
} from '../../src/messages/handshake.js'
import { HandshakeType, type HandshakeTypeName } from '../../src/registry/handshake-type.js'
import { extensionData, messages, type Sample, sessionTicket, structs } from './samples.js'

const names = Object.keys(HandshakeType) as HandshakeTypeName[]

/** Messages whose grammar takes the body to its end, so that only the header tells how long they are. */
const openEnded: readonly HandshakeTypeName[] = ['server_key_exchange', 'client_key_exchange', 'finished']

/** `undefined` for bytes that are refused in the one way in which bytes may be refused. */
function attempt<T>(decoding: () => T): T | undefined {
  try {
    return decoding()
  } catch (error) {
    if (error instanceof MalformedError) return undefined
    throw error
  }
}

/** Changes, adds or removes a byte somewhere, or several. */
const mutation = fc.array(
  fc.record({ at: fc.nat(), kind: fc.constantFrom('set', 'insert', 'delete'), byte: fc.nat(255) }),
  {
    minLength: 1,
    maxLength: 4,
  },
)

function mutate(bytes: Uint8Array, steps: readonly { at: number; kind: string; byte: number }[]): Uint8Array {
  const list = [...bytes]
  for (const { at, kind, byte } of steps) {
    const index = list.length === 0 ? 0 : at % list.length
    if (kind === 'set') list[index] = byte
    else list.splice(index, kind === 'delete' ? 1 : 0, ...(kind === 'insert' ? [byte] : []))
  }
  return Uint8Array.from(list)
}

describe.each(names)('message %s', (name) => {
  const arbitrary: fc.Arbitrary<object> = messages[name]
  // the arbitrary of a name yields that name's message; indexing by a union loses the pairing
  const write = (message: object): Uint8Array => encodeHandshake(name, message as never)

  it('survives encoding and decoding, under a header that says its type and length', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        const raw = write(message)
        expect(decodeHandshakeBody(name, raw)).toEqual(message)
        const length = raw.length - HANDSHAKE_HEADER_LENGTH
        expect(readHandshakeHeader(raw)).toEqual({ msgType: HandshakeType[name], length })
        expect(frameHandshake(HandshakeType[name], raw.subarray(HANDSHAKE_HEADER_LENGTH))).toEqual(raw)
      }),
    )
  })

  it('is refused when cut at any byte or one byte too long', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(255), (message, extra) => {
        const raw = write(message)
        for (let end = 0; end < raw.length; end++) {
          expect(() => decodeHandshakeBody(name, raw.subarray(0, end)), `cut at ${end}`).toThrow(MalformedError)
        }
        expect(() => decodeHandshakeBody(name, concat(raw, Uint8Array.of(extra)))).toThrow(MalformedError)
      }),
      { numRuns: 20 },
    )
  })

  it('has one encoding only: whatever decodes encodes to the same bytes', () => {
    fc.assert(
      fc.property(arbitrary, mutation, (message, steps) => {
        const body = mutate(write(message).subarray(HANDSHAKE_HEADER_LENGTH), steps)
        const raw = frameHandshake(HandshakeType[name], body)
        const read = attempt(() => decodeHandshakeBody(name, raw))
        if (read !== undefined) expect(write(read)).toEqual(raw)
      }),
    )
  })

  it('is refused under the header of another type', () => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        const raw = write(message)
        const other = names.find((candidate) => candidate !== name) ?? name
        expect(() => decodeHandshakeBody(other, raw)).toThrow(MalformedError)
      }),
      { numRuns: 1 },
    )
  })
})

describe.each(names.filter((name) => !openEnded.includes(name)))('body of %s', (name) => {
  const arbitrary: fc.Arbitrary<object> = messages[name]

  it('is refused when its body is cut or extended and the header agrees', () => {
    fc.assert(
      fc.property(arbitrary, fc.nat(255), (message, extra) => {
        const body = encodeHandshake(name, message as never).subarray(HANDSHAKE_HEADER_LENGTH)
        const framed = (bytes: Uint8Array): Uint8Array => frameHandshake(HandshakeType[name], bytes)
        for (let end = 0; end < body.length; end++) {
          const read = attempt(() => decodeHandshakeBody(name, framed(body.subarray(0, end))))
          // a hello cut before its extensions is a hello without extensions, and nothing else may pass
          const { extensions: _, ...head } = message as { extensions?: unknown }
          if (read !== undefined) expect([name.endsWith('_hello'), read], `cut at ${end}`).toEqual([true, head])
        }
        const extended = framed(concat(body, Uint8Array.of(extra)))
        expect(() => decodeHandshakeBody(name, extended)).toThrow(MalformedError)
      }),
      { numRuns: 20 },
    )
  })
})

describe.each<Sample>([...structs, ...extensionData])('$name', ({ codec, values }) => {
  it('survives encoding and decoding', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(codec, encode(codec, value))).toEqual(value)
      }),
    )
  })

  it('is refused when cut at any byte or one byte too long', () => {
    fc.assert(
      fc.property(values, fc.nat(255), (value, extra) => {
        const bytes = encode(codec, value)
        for (let end = 0; end < bytes.length; end++) {
          expect(() => decode(codec, bytes.subarray(0, end)), `cut at ${end}`).toThrow(MalformedError)
        }
        expect(() => decode(codec, concat(bytes, Uint8Array.of(extra)))).toThrow(MalformedError)
      }),
      { numRuns: 30 },
    )
  })

  it('has one encoding only', () => {
    fc.assert(
      fc.property(values, mutation, (value, steps) => {
        const bytes = mutate(encode(codec, value), steps)
        const read = attempt(() => decode(codec, bytes))
        if (read !== undefined) expect(encode(codec, read)).toEqual(bytes)
      }),
    )
  })
})

describe('session_ticket', () => {
  it('is whatever the extension holds, from nothing on', () => {
    const { codec, values } = sessionTicket
    fc.assert(
      fc.property(values, (value) => {
        expect(encode(codec, value)).toEqual(value)
        expect(decode(codec, encode(codec, value))).toEqual(value)
      }),
    )
  })
})
