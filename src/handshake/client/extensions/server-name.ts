import { fromAscii } from '../../../bytes/convert.js'
import { encode } from '../../../codec/codec.js'
import { ServerNameList } from '../../../messages/extensions/server-name.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { NameType } from '../../../registry/name-type.js'
import { type ClientExtension, mustBeEmpty } from './client-extension.js'

/** server_name (RFC 6066 §3): the server acknowledges it where the name guided it, or does not. */
export const serverName: ClientExtension = {
  type: ExtensionType.server_name,
  offer: ({ serverName }) =>
    serverName === undefined
      ? undefined
      : encode(ServerNameList, [{ nameType: NameType.host_name, name: fromAscii(serverName) }]),
  accept: (data) => {
    mustBeEmpty(data, 'server_name')
    return {}
  },
}
