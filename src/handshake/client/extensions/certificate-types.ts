import { decode, encode } from '../../../codec/codec.js'
import type { CertificateKind } from '../../../crypto/key-types.js'
import {
  CertificateType as CertificateTypeCodec,
  CertificateTypeList,
} from '../../../messages/extensions/certificate-type.js'
import { CertificateType } from '../../../registry/certificate-type.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { refuse } from '../../fault.js'
import { certificateKindOf } from '../../negotiation.js'
import type { ClientExtension } from './client-extension.js'

/** A client that has X.509 certificates only leaves the extension out (RFC 7250 §4.1). */
const offerTypes = (types: readonly CertificateKind[]): Uint8Array | undefined =>
  types.every((type) => type === 'X509')
    ? undefined
    : encode(
        CertificateTypeList,
        types.map((type) => CertificateType[type]),
      )

function acceptType(data: Uint8Array, offered: readonly CertificateKind[], name: string): CertificateKind {
  const number = decode(CertificateTypeCodec, data)
  const kind = certificateKindOf(number)
  if (kind !== undefined && offered.includes(kind)) return kind
  return refuse('bad_extension', `the server chose ${name} ${number}, which was not offered`)
}

/** client_certificate_type: what this client can show (RFC 7250 §4.1). */
export const clientCertificateType: ClientExtension = {
  type: ExtensionType.client_certificate_type,
  offer: ({ clientCertificateTypes }) => offerTypes(clientCertificateTypes),
  accept: (data, { clientCertificateTypes }) => ({
    clientCertificateType: acceptType(data, clientCertificateTypes, 'client_certificate_type'),
  }),
}

/** server_certificate_type: what this client can judge (RFC 7250 §4.1). */
export const serverCertificateType: ClientExtension = {
  type: ExtensionType.server_certificate_type,
  offer: ({ serverCertificateTypes }) => offerTypes(serverCertificateTypes),
  accept: (data, { serverCertificateTypes }) => ({
    serverCertificateType: acceptType(data, serverCertificateTypes, 'server_certificate_type'),
  }),
}
