import { encode } from '../../../codec/codec.js'
import { CertificateStatusRequest } from '../../../messages/extensions/status-request.js'
import { CertificateStatusType } from '../../../registry/certificate-status-type.js'
import { ExtensionType } from '../../../registry/extension-type.js'
import { type ClientExtension, empty, mustBeEmpty } from './client-extension.js'

/** status_request (RFC 6066 §8): an acknowledgement promises a CertificateStatus, and even then it may stay away. */
export const statusRequest: ClientExtension = {
  type: ExtensionType.status_request,
  offer: ({ requestCertificateStatus }) =>
    requestCertificateStatus
      ? encode(CertificateStatusRequest, {
          statusType: CertificateStatusType.ocsp,
          responderIdList: [],
          requestExtensions: empty,
        })
      : undefined,
  accept: (data) => {
    mustBeEmpty(data, 'status_request')
    return { statusPromised: true }
  },
}
