import { type Codec, named, opaque, readField, uint8, vector } from '../../codec/codec.js'
import { registered } from '../../codec/numbers.js'
import { NameType } from '../../registry/name-type.js'
import { quoteBytes } from '../fields.js'

/**
 * One entry of server_name (RFC 6066 §3). Only host_name is defined; every name type to come must begin with a length
 * of two bytes as well, so an unknown one can be passed over, and kept.
 *
 *     +-----------+---+------------+
 *     | name_type | n |    name    |
 *     |     1     | 2 | 1..2^16-1  |      (0..2^16-1 for types unknown here)
 *     +-----------+---+------------+
 */
export interface ServerName {
  readonly nameType: number
  readonly name: Uint8Array
}

const nameType = registered('NameType', uint8, NameType)
const hostName = named('HostName', opaque(1, 0xffff), quoteBytes)
const otherName = opaque(0, 0xffff)

const nameCodec = (type: number): Codec<Uint8Array> => (type === NameType.host_name ? hostName : otherName)

const ServerName: Codec<ServerName> = {
  name: 'ServerName',
  read: (reader) => {
    const type = readField(reader, 'nameType', nameType)
    return { nameType: type, name: readField(reader, 'name', nameCodec(type)) }
  },
  write: (writer, value) => {
    nameType.write(writer, value.nameType)
    nameCodec(value.nameType).write(writer, value.name)
  },
}

/**
 * extension_data of server_name in a ClientHello; in a ServerHello it is empty.
 *
 *     +---+------------------+
 *     | n | server_name_list |
 *     | 2 |    1..2^16-1     |
 *     +---+------------------+
 */
export type ServerNameList = readonly ServerName[]

export const ServerNameList: Codec<ServerNameList> = named('ServerNameList', vector(ServerName, 1, 0xffff))
