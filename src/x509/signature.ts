import type { CertificateRefusal } from '../crypto/environment.js'
import type { CryptoProvider } from '../crypto/provider.js'
import type { AlgorithmIdentifier } from './certificate-model.js'
import { type DsaParameters, verifyDsa } from './dsa.js'
import { algorithmWeakness, type KeyPolicy, keyWeakness } from './key-policy.js'
import { ask, type Inquiry } from './questions.js'
import { type SignatureAlgorithm, signatureAlgorithm } from './signature-algorithm.js'
import type { SubjectKey } from './subject-key.js'

/** Who answers what a validation asks: whether signatures are right. */
export interface SignatureWorld {
  readonly provider: Pick<CryptoProvider, 'verifySignature' | 'hash'>
  readonly signal?: AbortSignal
}

/** What certificates, CRLs and OCSP responses have in common. */
export interface Signed {
  readonly signatureAlgorithm: AlgorithmIdentifier
  /** The exact bytes that are signed. */
  readonly tbs: Uint8Array
  readonly signature: Uint8Array
}

export type SignatureVerdict =
  | { readonly valid: true }
  | {
      readonly valid: false
      readonly reason: Extract<CertificateRefusal, 'bad_certificate' | 'unsupported_certificate'>
      /** Completes "the signature …". */
      readonly why: string
    }

const invalid = (why: string): SignatureVerdict => ({ valid: false, reason: 'bad_certificate', why })
const tooWeak = (why: string): SignatureVerdict => ({ valid: false, reason: 'unsupported_certificate', why })

export const VALID: SignatureVerdict = { valid: true }
const WRONG = invalid('was not made by the key of its issuer')

const algorithmFor = ({ signatureAlgorithm: identifier }: Signed, key: SubjectKey): SignatureAlgorithm =>
  signatureAlgorithm(identifier, key.type === 'public' ? key.key.keyType : undefined)

/** Why a signature is refused before anything is computed: algorithm or key is too weak or not supported. */
export function signatureWeakness(signed: Signed, key: SubjectKey, policy: KeyPolicy): SignatureVerdict | undefined {
  const { oid } = signed.signatureAlgorithm
  const algorithm = algorithmFor(signed, key)
  const listed = policy.signatureAlgorithms?.includes(oid) ?? true
  const weakAlgorithm = listed ? algorithmWeakness(algorithm, policy) : algorithm.name
  if (weakAlgorithm !== undefined) return tooWeak(`uses ${weakAlgorithm}, which is not accepted`)
  const weakKey = keyWeakness(key, policy)
  return weakKey === undefined ? undefined : tooWeak(`was made with ${weakKey}, which is not accepted`)
}

/**
 * Whether `signed` was signed by `key`, which must be strong enough for the policy and of the kind that the algorithm
 * names. `inherited` are the parameters of a DSA key that has none of its own (RFC 5280 §6.1.3).
 */
export function* verifySigned(
  signed: Signed,
  key: SubjectKey,
  policy: KeyPolicy,
  inherited?: DsaParameters,
): Inquiry<SignatureWorld, SignatureVerdict> {
  const weakness = signatureWeakness(signed, key, policy)
  if (weakness !== undefined) return weakness
  return yield* ask((world: SignatureWorld) => decide(signed, key, algorithmFor(signed, key), inherited, world))
}

function decide(
  { tbs, signature }: Signed,
  key: SubjectKey,
  algorithm: SignatureAlgorithm,
  inherited: DsaParameters | undefined,
  { provider, signal }: SignatureWorld,
): SignatureVerdict | Promise<SignatureVerdict> {
  if (algorithm.type === 'dsa' && key.type === 'dsa') {
    const parameters = key.parameters ?? inherited
    if (parameters === undefined) return tooWeak('was made with a DSA key without parameters')
    return verifyDsa(parameters, key.publicKey, provider.hash(algorithm.hash, tbs), signature) ? VALID : WRONG
  }
  if (algorithm.type !== 'scheme' || key.type !== 'public' || algorithm.keyType !== key.key.keyType) {
    return invalid(`is of ${algorithm.name}, which is not for the key of its issuer`)
  }
  const answer = provider.verifySignature(key.key, algorithm.scheme, tbs, signature, signal)
  const verdict = (right: boolean): SignatureVerdict => (right === true ? VALID : WRONG)
  return typeof answer === 'boolean' ? verdict(answer) : answer.then(verdict)
}
