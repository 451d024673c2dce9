import { type Codec, opaque, readField } from '../codec/codec.js'
import { type Extension, ExtensionList } from './extensions/extension.js'
import { cipherSuite, compressionMethod, protocolVersion, random } from './fields.js'

/**
 * ServerHello (RFC 5246 §7.4.1.3).
 *
 *     +----------------+--------+---+------------+--------------+--------------------+ - + - - - - - - +
 *     | server_version | random | n | session_id | cipher_suite | compression_method | n | extensions  |
 *     |       2        |   32   | 1 |   0..32    |      2       |         1          | 2 | 0..2^16-1   |
 *     +----------------+--------+---+------------+--------------+--------------------+ - + - - - - - - +
 *                                                                             either whole or not at all
 */
export interface ServerHello {
  readonly serverVersion: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuite: number
  readonly compressionMethod: number
  /** Absent where the message ends before the list; an empty list is something else on the wire. */
  readonly extensions?: readonly Extension[]
}

const sessionId = opaque(0, 32)

/** Written out because whether there are extensions is told by the message's length alone. */
export const ServerHello: Codec<ServerHello> = {
  name: 'ServerHello',
  read: (reader) => {
    const head = {
      serverVersion: readField(reader, 'serverVersion', protocolVersion),
      random: readField(reader, 'random', random),
      sessionId: readField(reader, 'sessionId', sessionId),
      cipherSuite: readField(reader, 'cipherSuite', cipherSuite),
      compressionMethod: readField(reader, 'compressionMethod', compressionMethod),
    }
    return reader.remaining === 0 ? head : { extensions: readField(reader, 'extensions', ExtensionList), ...head }
  },
  write: (writer, value) => {
    protocolVersion.write(writer, value.serverVersion)
    random.write(writer, value.random)
    sessionId.write(writer, value.sessionId)
    cipherSuite.write(writer, value.cipherSuite)
    compressionMethod.write(writer, value.compressionMethod)
    if (value.extensions !== undefined) ExtensionList.write(writer, value.extensions)
  },
}
