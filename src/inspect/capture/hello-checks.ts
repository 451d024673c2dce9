import { concat } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import { decode } from '../../codec/codec.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { duplicateExtension, type Extension, findExtension } from '../../messages/extensions/extension.js'
import { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import type { ServerHello } from '../../messages/server-hello.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { nameOf } from '../../registry/registry.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'

/** verify_data of the handshake before, which renegotiation binds the new one to (RFC 5746 §3.1). */
export interface PreviousFinished {
  readonly client: Uint8Array
  readonly server: Uint8Array
}

const renegotiationInfo = (extensions: readonly Extension[] | undefined): Uint8Array | undefined => {
  const data = findExtension(extensions, ExtensionType.renegotiation_info)
  return data === undefined ? undefined : decode(RenegotiationInfo, data).renegotiatedConnection
}

function compareInfo(found: Uint8Array, expected: Uint8Array, renegotiates: boolean): CaptureCheck {
  if (!publicEqual(found, expected)) return wrong('renegotiation_info', 'does not name the handshake before it')
  return right('renegotiation_info', renegotiates ? 'names the handshake before it' : 'empty, as in a first handshake')
}

/** The server's answer to what the client offered (RFC 5246 §7.4.1.3, RFC 5246 §7.4.1.4). */
export function checkServerHello(client: ClientHello | undefined, server: ServerHello): CaptureCheck {
  if (client === undefined) return notChecked('choices', 'the ClientHello is not in the capture')
  const suite = nameOf(CipherSuite, server.cipherSuite, 2)
  if (!client.cipherSuites.includes(server.cipherSuite)) return wrong('choices', `${suite} was not offered`)
  if (!client.compressionMethods.includes(server.compressionMethod)) {
    return wrong('choices', `compression method ${server.compressionMethod} was not offered`)
  }
  const duplicate = duplicateExtension(server.extensions)
  if (duplicate !== undefined) return wrong('choices', `extension ${duplicate} occurs twice`)
  const signalled = client.cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV)
  const surplus = (server.extensions ?? []).find(
    ({ extensionType: type }) =>
      !client.extensions?.some((offered) => offered.extensionType === type) &&
      // The signalling suite asks for this one too (RFC 5746 §3.6).
      !(type === ExtensionType.renegotiation_info && signalled),
  )
  if (surplus !== undefined) {
    return wrong('choices', `extension ${nameOf(ExtensionType, surplus.extensionType, 2)} was not offered`)
  }
  return right('choices', `${suite} and every extension answer what the client offered`)
}

/** renegotiation_info of either hello, where there is one (RFC 5746 §3.4, RFC 5746 §3.5). */
export function checkRenegotiationInfo(
  hello: ClientHello | ServerHello,
  previous: PreviousFinished | 'none' | 'not known',
): CaptureCheck[] {
  const found = renegotiationInfo(hello.extensions)
  if (found === undefined) return []
  if (previous === 'not known') return [notChecked('renegotiation_info', 'the handshake before it was not read')]
  const empty = new Uint8Array(0)
  const both = previous === 'none' ? [empty, empty] : [previous.client, previous.server]
  const expected = 'clientVersion' in hello ? (both[0] ?? empty) : concat(...both)
  return [compareInfo(found, expected, previous !== 'none')]
}

/** What a client shows to resume a session (RFC 5246 §7.4.1.2, RFC 5077 §3.2). */
export const ticketOf = (hello: ClientHello): Uint8Array | undefined => {
  const data = findExtension(hello.extensions, ExtensionType.session_ticket)
  return data === undefined || data.length === 0 ? undefined : data
}
