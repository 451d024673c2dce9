import type { Environment } from '../crypto/environment.js'
import type { CryptoProvider } from '../crypto/provider.js'
import type { SessionNeeds } from '../crypto/session-needs.js'

/** The answers that are policy, not cryptography: whom to trust, what to show, and which key is shared with whom. */
export type Trust = Pick<Environment, 'verifyCertificate' | 'selectCredential'> &
  Partial<Pick<Environment, 'selectPsk'>>

/** Sessions that nobody keeps. */
const noSessions: Omit<SessionNeeds, 'reverifySession'> = {
  openTicket: () => undefined,
  resumeSession: () => undefined,
  sealTicket: () => undefined,
}

/**
 * The environment in which a provider answers everything cryptographic. Any single answer can be replaced by spreading:
 * `{ ...providerEnvironment(provider, trust), sign: askTheDevice }`.
 */
export const providerEnvironment = (provider: CryptoProvider, trust: Trust): Environment => ({
  reviewClientHello: () => ({ accepted: true }),
  ...noSessions,
  // A certificate from a session is judged as if it had just been shown, by whoever judges in the environment that this
  // has become part of: a stricter `verifyCertificate` in place of the one below must not be passed by through a session.
  reverifySession(request, signal) {
    return this.verifyCertificate(request, signal)
  },
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
