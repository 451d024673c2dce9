export { CertificateError, type CertificateFault } from './certificate-error.js'
export type * from './certificate-model.js'
export type { DistinguishedName, NameAttribute } from './distinguished-name.js'
export type { GeneralName, GeneralNameType } from './general-name.js'
