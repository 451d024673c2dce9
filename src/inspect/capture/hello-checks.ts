import type { ClientHello } from '../../messages/client-hello.js'
import { ECPointFormatList } from '../../messages/extensions/ec-point-formats.js'
import { duplicateExtension, findExtension } from '../../messages/extensions/extension.js'
import { ServerNameList } from '../../messages/extensions/server-name.js'
import { ProtocolVersionList } from '../../messages/extensions/supported-versions.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { CompressionMethod } from '../../registry/compression-method.js'
import { ECPointFormat } from '../../registry/ec-point-format.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { NameType } from '../../registry/name-type.js'
import { nameOf } from '../../registry/registry.js'
import { suiteName } from '../other-cipher-suites.js'
import { notChecked, right, wrong } from './check.js'
import { type Examine, readIn } from './examined.js'
import { TLS_1_3 } from './handshake-facts.js'

/** What no client may send (RFC 5246 §7.4.1.2, RFC 5246 §7.4.1.4, RFC 8422 §5.1.2, RFC 6066 §3). */
export const checkOffer: Examine<'client_hello'> = (_examined, hello) => {
  const duplicate = duplicateExtension(hello.extensions)
  if (duplicate !== undefined) return wrong('offer', `extension ${nameOf(ExtensionType, duplicate, 2)} occurs twice`)
  if (!hello.compressionMethods.includes(CompressionMethod.null)) return wrong('offer', 'null compression is not in it')
  const formats = readIn(hello, ExtensionType.ec_point_formats, ECPointFormatList)
  if (formats?.includes(ECPointFormat.uncompressed) === false)
    return wrong('offer', 'uncompressed points, which every side must take, are not in it')
  const names = readIn(hello, ExtensionType.server_name, ServerNameList)
  if (names !== undefined && names.filter(({ nameType }) => nameType === NameType.host_name).length > 1)
    return wrong('offer', 'two host names are in it')
  return right('offer', 'null compression is in it, and no extension twice')
}

/** Suite and compression are the server's to choose among what the client offered (RFC 5246 §7.4.1.3). */
export const checkChoices: Examine<'server_hello'> = ({ facts: { clientHello: client } }, server) => {
  if (client === undefined) return notChecked('choices', 'the ClientHello is not in the capture')
  const suite = suiteName(server.cipherSuite)
  if (!client.cipherSuites.includes(server.cipherSuite)) return wrong('choices', `${suite} was not offered`)
  if (!client.compressionMethods.includes(server.compressionMethod))
    return wrong('choices', `compression method ${server.compressionMethod} was not offered`)
  return right(
    'choices',
    `${suite} and ${nameOf(CompressionMethod, server.compressionMethod)} compression were offered`,
  )
}

/** The last octets of the random of a server that speaks TLS 1.3, or TLS 1.2, and chose less (RFC 8446 §4.1.3). */
const marks: readonly (readonly [mark: string, speaks: string])[] = [
  ['DOWNGRD\u0001', 'TLS 1.3'],
  ['DOWNGRD\u0000', 'TLS 1.2'],
]

const speaksTls13 = (hello: ClientHello): boolean =>
  readIn(hello, ExtensionType.supported_versions, ProtocolVersionList)?.includes(TLS_1_3) === true

/** Whether somebody made both ends agree on less than both speak (RFC 8446 §4.1.3, RFC 7507 §3). */
export const checkDowngrade: Examine<'server_hello'> = ({ facts }, { random }) => {
  const { clientHello } = facts
  if (!facts.isTls12) return undefined
  if (clientHello === undefined) return notChecked('downgrade', 'the ClientHello is not in the capture')
  const end = String.fromCharCode(...random.subarray(-8))
  const [, speaks] = marks.find(([mark]) => mark === end) ?? []
  if (speaks === undefined) return right('downgrade', "the server's random bears no mark of a higher version")
  if (speaksTls13(clientHello))
    return wrong('downgrade', `the random bears the mark of a server that speaks ${speaks}, and so does the client`)
  if (clientHello.cipherSuites.includes(CipherSuite.TLS_FALLBACK_SCSV))
    return wrong('downgrade', `the client says that it fell back, and the server, which speaks ${speaks}, goes on`)
  return right('downgrade', `the random bears the mark of a server that speaks ${speaks}, which the client does not`)
}

/** What a client shows to resume a session (RFC 5246 §7.4.1.2, RFC 5077 §3.2). */
export const ticketOf = (hello: ClientHello): Uint8Array | undefined => {
  const data = findExtension(hello.extensions, ExtensionType.session_ticket)
  return data === undefined || data.length === 0 ? undefined : data
}
