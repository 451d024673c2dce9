/** Trust, credentials and delays for the fake provider: whoever names a key in a certificate has it. */
import { fromAscii, toLatin1 } from '../../src/bytes/convert.js'
import type { CertificateVerdict, Environment } from '../../src/crypto/environment.js'
import type { Credential, EcdsaCurve, KeyType } from '../../src/crypto/key-types.js'
import type { MaybePromise } from '../../src/crypto/maybe-promise.js'
import type { KeyExchange } from '../../src/crypto/suite-parameters.js'
import type { ImmediateVerifier } from '../../src/x509/verifier.js'
import { fakePrivateKey, fakePublicKey, sequence } from './fake-provider.js'

const CERTIFICATE = 'fake certificate|'

export interface FakeIdentity {
  readonly keyType: KeyType
  readonly name: string
  readonly curve?: EcdsaCurve
}

/** Certificate chain and key of that name. */
export function fakeCredential({ keyType, name, curve }: FakeIdentity, ocspResponse?: Uint8Array): Credential {
  const certificate = fromAscii(`${CERTIFICATE}${keyType}|${curve ?? ''}|${name}`)
  return {
    certificateChain: [certificate, fromAscii('fake authority')],
    key: fakePrivateKey(keyType, name, curve),
    ...(ocspResponse === undefined ? {} : { ocspResponse }),
  }
}

const keyTypes: Readonly<Record<string, KeyType>> = {
  rsa: 'rsa',
  'rsa-pss': 'rsa-pss',
  ecdsa: 'ecdsa',
  ed25519: 'ed25519',
  ed448: 'ed448',
}
const curves: Readonly<Record<string, EcdsaCurve>> = {
  secp256r1: 'secp256r1',
  secp384r1: 'secp384r1',
  secp521r1: 'secp521r1',
}

/** Believes every fake certificate; refuses whatever is none. */
export const fakeVerifier: ImmediateVerifier = ({ certificateChain }): CertificateVerdict => {
  const [first = new Uint8Array()] = certificateChain
  const text = toLatin1(first)
  const [type = '', curve = '', name = ''] = text.slice(CERTIFICATE.length).split('|')
  const keyType = keyTypes[type]
  if (!text.startsWith(CERTIFICATE) || keyType === undefined) {
    return { accepted: false, reason: 'bad_certificate', message: 'this is no fake certificate' }
  }
  return { accepted: true, publicKey: fakePublicKey(keyType, name, curves[curve]), checked: ['pin'] }
}

/** A kind of server key that serves each key exchange. */
export const fakeIdentity = (keyExchange: KeyExchange, name: string): FakeIdentity =>
  keyExchange === 'ECDHE_ECDSA' ? { keyType: 'ecdsa', curve: 'secp256r1', name } : { keyType: 'rsa', name }

/** When an environment answers: at once, a microtask later, after the event loop has turned, or one of these at random. */
export type Pace = 'synchronous' | 'microtask' | 'immediate' | 'mixed'

/** The same environment at another pace. `mixed` depends on the seed. */
export function paced(environment: Environment, pace: Pace, seed = 1): Environment {
  if (pace === 'synchronous') return environment
  const next = sequence(seed)
  const kinds: readonly Pace[] = ['synchronous', 'microtask', 'immediate']
  const answer = <T>(make: () => MaybePromise<T>): MaybePromise<T> => {
    const kind = pace === 'mixed' ? kinds[next() % kinds.length] : pace
    if (kind === 'synchronous') return make()
    if (kind === 'microtask') return Promise.resolve().then(make)
    return new Promise<void>((resolve) => setImmediate(resolve)).then(make)
  }
  return {
    reviewClientHello: (...args) => answer(() => environment.reviewClientHello(...args)),
    selectCredential: (...args) => answer(() => environment.selectCredential(...args)),
    selectPsk: (...args) => answer(() => environment.selectPsk(...args)),
    verifyCertificate: (...args) => answer(() => environment.verifyCertificate(...args)),
    verifySignature: (...args) => answer(() => environment.verifySignature(...args)),
    sign: (...args) => answer(() => environment.sign(...args)),
    generateKeyShare: (...args) => answer(() => environment.generateKeyShare(...args)),
    agreeKey: (...args) => answer(() => environment.agreeKey(...args)),
    encryptPreMaster: (...args) => answer(() => environment.encryptPreMaster(...args)),
    decryptPreMaster: (...args) => answer(() => environment.decryptPreMaster(...args)),
    openTicket: (...args) => answer(() => environment.openTicket(...args)),
    resumeSession: (...args) => answer(() => environment.resumeSession(...args)),
    reverifySession: (...args) => answer(() => environment.reverifySession(...args)),
    sealTicket: (...args) => answer(() => environment.sealTicket(...args)),
  }
}
