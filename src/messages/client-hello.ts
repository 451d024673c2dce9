import { type Codec, numberVector, opaque, readField } from '../codec/codec.js'
import { type Extension, ExtensionList } from './extensions/extension.js'
import { cipherSuite, compressionMethod, protocolVersion, random } from './fields.js'

/**
 * ClientHello (RFC 5246 §7.4.1.2).
 *
 *     +----------------+--------+---+------------+---+---------------+---+---------------------+ - + - - - - - - +
 *     | client_version | random | n | session_id | n | cipher_suites | n | compression_methods | n | extensions  |
 *     |       2        |   32   | 1 |   0..32    | 2 |  2..2^16-2    | 1 |      1..2^8-1       | 2 | 0..2^16-1   |
 *     +----------------+--------+---+------------+---+---------------+---+---------------------+ - + - - - - - - +
 *                                                                                       either whole or not at all
 */
export interface ClientHello {
  readonly clientVersion: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuites: readonly number[]
  readonly compressionMethods: readonly number[]
  /** Absent where the message ends before the list; an empty list is something else on the wire. */
  readonly extensions?: readonly Extension[]
}

const sessionId = opaque(0, 32)
const cipherSuites = numberVector(cipherSuite, 2, 0xfffe)
const compressionMethods = numberVector(compressionMethod, 1, 0xff)

/** Written out because whether there are extensions is told by the message's length alone. */
export const ClientHello: Codec<ClientHello> = {
  name: 'ClientHello',
  read: (reader) => {
    const head = {
      clientVersion: readField(reader, 'clientVersion', protocolVersion),
      random: readField(reader, 'random', random),
      sessionId: readField(reader, 'sessionId', sessionId),
      cipherSuites: readField(reader, 'cipherSuites', cipherSuites),
      compressionMethods: readField(reader, 'compressionMethods', compressionMethods),
    }
    return reader.remaining === 0 ? head : { extensions: readField(reader, 'extensions', ExtensionList), ...head }
  },
  write: (writer, value) => {
    protocolVersion.write(writer, value.clientVersion)
    random.write(writer, value.random)
    sessionId.write(writer, value.sessionId)
    cipherSuites.write(writer, value.cipherSuites)
    compressionMethods.write(writer, value.compressionMethods)
    if (value.extensions !== undefined) ExtensionList.write(writer, value.extensions)
  },
}
