import { decode } from '../../../codec/codec.js'
import { SignedCertificateTimestampList } from '../../../messages/extensions/signed-certificate-timestamp.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { type ClientExtension, empty } from './client-extension.js'

/** signed_certificate_timestamp (RFC 6962 §3.3.1): read for its form, and handed on; judging logs is the verifier's. */
export const signedCertificateTimestamp: ClientExtension = {
  type: ExtensionType.signed_certificate_timestamp,
  offer: ({ requestSignedCertificateTimestamps }) => (requestSignedCertificateTimestamps ? empty : undefined),
  accept: (data) => {
    decode(SignedCertificateTimestampList, data)
    return { signedCertificateTimestamps: data }
  },
}
