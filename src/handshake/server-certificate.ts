import type { CertificateKind } from '../crypto/key-types.js'
import { decodeHandshakeBody } from '../messages/handshake.js'
import { HandshakeType } from '../registry/handshake-type.js'
import type { Transcript } from './transcript.js'

/** The server's own certificate as its Certificate message had it, where there was one and it held no raw key. */
export function serverCertificateIn(
  { messages }: Transcript,
  kind: CertificateKind,
): { readonly serverCertificate?: Uint8Array } {
  if (kind !== 'X509') return {}
  // Behind ServerHelloDone a Certificate is the client's.
  const end = messages.findIndex(([type]) => type === HandshakeType.server_hello_done)
  const raw = messages.slice(0, Math.max(0, end)).find(([type]) => type === HandshakeType.certificate)
  const [serverCertificate] = raw === undefined ? [] : decodeHandshakeBody('certificate', raw).certificateList
  return serverCertificate === undefined ? {} : { serverCertificate }
}
