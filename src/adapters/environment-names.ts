import type { Environment } from '../crypto/environment.js'

/** Every answer that the option `environment` can replace: a misspelt one would leave the answer that it was to make stricter. */
export const environmentNames: Readonly<Record<keyof Environment, true>> = {
  reviewClientHello: true,
  selectCredential: true,
  selectPsk: true,
  openTicket: true,
  resumeSession: true,
  reverifySession: true,
  verifyCertificate: true,
  verifySignature: true,
  sign: true,
  generateKeyShare: true,
  agreeKey: true,
  encryptPreMaster: true,
  decryptPreMaster: true,
  sealTicket: true,
}
