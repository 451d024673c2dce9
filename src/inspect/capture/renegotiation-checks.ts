import { concat } from '../../bytes/convert.js'
import { publicEqual } from '../../bytes/equal.js'
import type { ClientHello } from '../../messages/client-hello.js'
import { RenegotiationInfo } from '../../messages/extensions/renegotiation-info.js'
import type { ServerHello } from '../../messages/server-hello.js'
import { CipherSuite } from '../../registry/cipher-suite.js'
import { ExtensionType } from '../../registry/extension-type.js'
import { type CaptureCheck, notChecked, right, wrong } from './check.js'
import { type Examine, type Examined, readIn } from './examined.js'

const nothing = new Uint8Array()

/** In a first handshake it is empty; a renegotiation names the Finished before it, without fail (RFC 5746 §3.5, RFC 5746 §3.7). */
function check(
  hello: ClientHello | ServerHello,
  previous: Examined['previous'],
  expected: Uint8Array,
): CaptureCheck | undefined {
  const found = readIn(hello, ExtensionType.renegotiation_info, RenegotiationInfo)?.renegotiatedConnection
  const isFirst = previous === 'none'
  if (previous === 'not known') return found && notChecked('renegotiation_info', 'the handshake before it was not read')
  if (found === undefined)
    return isFirst ? undefined : wrong('renegotiation_info', 'is missing, so that nothing binds this to the connection')
  if (!publicEqual(found, expected)) return wrong('renegotiation_info', 'does not name the handshake before it')
  return right('renegotiation_info', isFirst ? 'empty, as in a first handshake' : 'names the handshake before it')
}

export const checkClientRenegotiation: Examine<'client_hello'> = ({ previous }, hello) => {
  const before = typeof previous === 'string' ? undefined : previous
  // The signalling suite says that there was nothing before (RFC 5746 §3.5).
  if (before !== undefined && hello.cipherSuites.includes(CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV))
    return wrong('renegotiation_info', 'the signalling suite says that this is the first handshake')
  return check(hello, previous, before?.client ?? nothing)
}

export const checkServerRenegotiation: Examine<'server_hello'> = ({ previous }, hello) =>
  check(hello, previous, typeof previous === 'string' ? nothing : concat(previous.client, previous.server))
