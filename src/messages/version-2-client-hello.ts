import { MalformedError, type Reader } from '../bytes/reader.js'
import { type Codec, decode } from '../codec/codec.js'
import { CompressionMethod } from '../registry/compression-method.js'
import type { ClientHello } from './client-hello.js'

/**
 * The ClientHello of SSL 2.0, in which clients of its time offered TLS too (RFC 5246 Appendix E.2). It is sent bare, behind
 * two bytes whose first bit is set and whose other bits are its length.
 *
 *     +----------+---------+--------------------+-------------------+------------------+- - - - - - -+- - - - - -+- - - - - -+
 *     | msg_type | version | cipher_spec_length | session_id_length | challenge_length | cipher_specs | session_id | challenge |
 *     |    1     |    2    |         2          |         2         |        2         |   3 each     |   empty    | 16 or more|
 *     +----------+---------+--------------------+-------------------+------------------+- - - - - - -+- - - - - -+- - - - - -+
 */
export interface Version2ClientHello {
  readonly version: number
  /** Three bytes each; a suite of TLS has a zero byte in front. */
  readonly cipherSpecs: readonly number[]
  readonly challenge: Uint8Array
}

export const VERSION_2_CLIENT_HELLO = 1

const SPEC_WIDTH = 3
const SHORTEST_CHALLENGE = 16
const RANDOM_LENGTH = 32

function readLength(reader: Reader, what: string, isAllowed: (length: number) => boolean): number {
  const at = reader.position
  const length = reader.uint(2)
  if (!isAllowed(length)) throw new MalformedError('length', at, `${what} of ${length} bytes`)
  return length
}

function read(reader: Reader): Version2ClientHello {
  const at = reader.position
  if (reader.uint(1) !== VERSION_2_CLIENT_HELLO) throw new MalformedError('value', at, 'no ClientHello of version 2')
  const version = reader.uint(2)
  const specs = readLength(reader, 'cipher_specs', (length) => length > 0 && length % SPEC_WIDTH === 0)
  readLength(reader, 'session_id', (length) => length === 0)
  const challengeLength = readLength(reader, 'challenge', (length) => length >= SHORTEST_CHALLENGE)
  const cipherSpecs = reader.uints(SPEC_WIDTH, specs / SPEC_WIDTH)
  return { version, cipherSpecs, challenge: reader.take(challengeLength) }
}

/**
 * The ClientHello that one of version 2 stands for: null compression, no extensions, its challenge as the random. A short
 * challenge is padded in front; of one longer than 32 bytes, which was never usual, the first 32 are taken.
 */
function asClientHello({ version, cipherSpecs, challenge }: Version2ClientHello): ClientHello {
  const cipherSuites = cipherSpecs.filter((spec) => spec <= 0xffff)
  if (cipherSuites.length === 0) throw new MalformedError('value', 0, 'a ClientHello of version 2 without TLS suites')
  const taken = challenge.subarray(0, RANDOM_LENGTH)
  const random = new Uint8Array(RANDOM_LENGTH)
  random.set(taken, RANDOM_LENGTH - taken.length)
  return {
    clientVersion: version,
    random,
    sessionId: new Uint8Array(),
    cipherSuites,
    compressionMethods: [CompressionMethod.null],
  }
}

const reading: Pick<Codec<Version2ClientHello>, 'name' | 'read'> = { name: 'V2ClientHello', read }

/** Reads a ClientHello of version 2, without the length in front. Throws `MalformedError` for one that TLS 1.2 does not allow. */
export const readVersion2ClientHello = (body: Uint8Array): ClientHello => asClientHello(decode(reading, body))
