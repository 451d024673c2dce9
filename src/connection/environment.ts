import type { Environment } from '../crypto/environment.js'
import type { CryptoProvider } from '../crypto/provider.js'
import type { SessionNeeds } from '../crypto/session-needs.js'

/** The answers that are policy, not cryptography: whom to trust, what to show, and which key is shared with whom. */
export type Trust = Pick<Environment, 'verifyCertificate' | 'selectCredential'> &
  Partial<Pick<Environment, 'selectPsk'>>

/** Sessions that nobody keeps; a certificate from one is judged as if it had just been shown. */
const noSessions = ({ verifyCertificate }: Trust): SessionNeeds => ({
  openTicket: () => undefined,
  resumeSession: () => undefined,
  sealTicket: () => undefined,
  reverifySession: (request, signal) => verifyCertificate(request, signal),
})

/**
 * The environment in which a provider answers everything cryptographic. Any single answer can be replaced by spreading:
 * `{ ...providerEnvironment(provider, trust), sign: askTheDevice }`.
 */
export const providerEnvironment = (provider: CryptoProvider, trust: Trust): Environment => ({
  reviewClientHello: () => ({ accepted: true }),
  ...noSessions(trust),
  selectCredential: (request, signal) => trust.selectCredential(request, signal),
  selectPsk: (request, signal) => trust.selectPsk?.(request, signal),
  verifyCertificate: (request, signal) => trust.verifyCertificate(request, signal),
  verifySignature: ({ key, scheme, content, signature }, signal) =>
    provider.verifySignature(key, scheme, content, signature, signal),
  sign: ({ key, scheme, content }, signal) => key.sign(scheme, content, signal),
  generateKeyShare: (request, signal) => provider.generateKeyShare(request, signal),
  agreeKey: ({ keyShare, peerPublicKey }, signal) => keyShare.agree(peerPublicKey, signal),
  encryptPreMaster: ({ key, clientVersion }, signal) => provider.encryptPreMaster(key, clientVersion, signal),
  decryptPreMaster: ({ key, encrypted, clientVersion }, signal) => {
    if (key.decryptPreMaster === undefined) throw new TypeError('this key cannot decrypt')
    return key.decryptPreMaster(encrypted, clientVersion, signal)
  },
})
