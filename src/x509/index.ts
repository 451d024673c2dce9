export {
  certificatesFromPem,
  type PemBlock,
  PemError,
  type PemErrorReason,
  privateKeyInfoFromPem,
  readPem,
} from './pem.js'
export { formatPin, type Pin, parsePin, pinnedCertificates } from './pinned.js'
export { refuseAll } from './refuse.js'
export type { Verifier } from './verifier.js'
