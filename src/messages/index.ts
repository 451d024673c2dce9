export { Alert } from './alert.js'
export { Certificate } from './certificate.js'
export { CertificateRequest } from './certificate-request.js'
export { CertificateStatus } from './certificate-status.js'
export { CertificateVerify } from './certificate-verify.js'
export { ChangeCipherSpec } from './change-cipher-spec.js'
export { ClientHello } from './client-hello.js'
export {
  ClientDiffieHellmanPublic,
  ClientECDiffieHellmanPublic,
  ClientKeyExchange,
  EncryptedPreMasterSecret,
} from './client-key-exchange.js'
export { DigitallySigned } from './digitally-signed.js'
export { type DissectionFormat, dissect, formatDissection } from './dissect.js'
export { ProtocolNameList } from './extensions/application-layer-protocol-negotiation.js'
export { CertificateTypeList } from './extensions/certificate-type.js'
export { ECPointFormatList } from './extensions/ec-point-formats.js'
export { EncryptThenMac } from './extensions/encrypt-then-mac.js'
export { ExtendedMasterSecret } from './extensions/extended-master-secret.js'
export { Extension, findExtension } from './extensions/extension.js'
export { extensionCodecs } from './extensions/extension-codecs.js'
export { MaxFragmentLength } from './extensions/max-fragment-length.js'
export { Padding } from './extensions/padding.js'
export { RecordSizeLimit } from './extensions/record-size-limit.js'
export { RenegotiationInfo } from './extensions/renegotiation-info.js'
export { ServerNameList } from './extensions/server-name.js'
export { SessionTicket } from './extensions/session-ticket.js'
export { SignatureSchemeList } from './extensions/signature-algorithms.js'
export { SignedCertificateTimestampList } from './extensions/signed-certificate-timestamp.js'
export { CertificateStatusRequest } from './extensions/status-request.js'
export { NamedGroupList } from './extensions/supported-groups.js'
export { Finished } from './finished.js'
export {
  decodeHandshakeBody,
  encodeHandshake,
  HANDSHAKE_HEADER_LENGTH,
  type HandshakeMessages,
  messageCodecs,
  readHandshakeHeader,
} from './handshake.js'
export { HelloRequest } from './hello-request.js'
export { NewSessionTicket } from './new-session-ticket.js'
export { ServerHello } from './server-hello.js'
export { ServerHelloDone } from './server-hello-done.js'
export {
  decodeServerKeyExchange,
  encodeServerKeyExchange,
  ServerDHParams,
  ServerECDHParams,
  ServerKeyExchange,
} from './server-key-exchange.js'
