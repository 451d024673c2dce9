import type { EcdsaCurve, KeyType } from '../../crypto/key-types.js'
import type { CryptoProvider } from '../../crypto/provider.js'
import { fittingScheme } from '../../crypto/scheme-parameters.js'
import { NamedGroup, type NamedGroupName } from '../../registry/named-group.js'
import { nameOf } from '../../registry/registry.js'
import { SignatureScheme } from '../../registry/signature-scheme.js'
import { isNativeGroup, nativeScheme } from './algorithms.js'
import type { Subtle } from './subtle.js'
import { supportsGroup, supportsScheme } from './support.js'

/** Where an answer comes from: the runtime's WebCrypto, the provider beside it, or nowhere. */
export type AnswerSource = 'native' | 'beside' | 'missing'

export interface Capability {
  /** What is asked for; `sign with a CryptoKey` is what only the runtime can do, since nobody else has the key. */
  readonly answer: 'sign with a CryptoKey' | Exclude<keyof CryptoProvider, 'pbkdf2' | 'scrypt'> | 'decryptPreMaster'
  /** The group, or the scheme and the kind of key; absent where the answer comes from one place whatever is asked. */
  readonly of?: string
  readonly from: AnswerSource
}

const curves: readonly EcdsaCurve[] = ['secp256r1', 'secp384r1', 'secp521r1']
const kinds: readonly { readonly keyType: KeyType; readonly curve?: EcdsaCurve }[] = [
  { keyType: 'rsa' },
  { keyType: 'rsa-pss' },
  ...curves.map((curve) => ({ keyType: 'ecdsa', curve }) as const),
  { keyType: 'ed25519' },
  { keyType: 'ed448' },
]

/** Each scheme with each kind of key that has it, and whether the runtime does. */
async function schemesOf(subtle: Subtle | undefined): Promise<{ of: string; native: boolean }[]> {
  const pairs = kinds.flatMap((kind) => Object.values(SignatureScheme).map((scheme) => ({ kind, scheme })))
  const found: { of: string; native: boolean }[] = []
  for (const { kind, scheme } of pairs) {
    const parameters = fittingScheme(kind, scheme)
    if (parameters === undefined) continue
    const native = nativeScheme(kind, parameters)
    const has = subtle !== undefined && native !== undefined && (await supportsScheme(subtle, native))
    const of = `${nameOf(SignatureScheme, scheme, 2)} with a key of ${kind.curve ?? kind.keyType}`
    found.push({ of, native: has })
  }
  return found
}

const others: readonly Capability['answer'][] = [
  'hash',
  'hmac',
  'aead',
  'blockCipher',
  'randomBytes',
  'encryptPreMaster',
  'decryptPreMaster',
]

/**
 * What the runtime does itself, found out by trying each algorithm once; what the provider beside is asked for (that it
 * can is not tried); and what is missing. Hashes, HMAC and record ciphers are never native: WebCrypto has them only with an
 * answer that comes later, and a record is sealed and opened as it passes.
 */
export async function capabilities(
  subtle: Subtle | undefined,
  beside: CryptoProvider | undefined,
): Promise<readonly Capability[]> {
  const elsewhere: AnswerSource = beside === undefined ? 'missing' : 'beside'
  const from = (native: boolean): AnswerSource => (native ? 'native' : elsewhere)
  const schemes = await schemesOf(subtle)
  const found: Capability[] = schemes.map(({ of, native }) => ({
    ...{ answer: 'sign with a CryptoKey', of },
    from: native ? 'native' : 'missing',
  }))
  found.push(...schemes.map(({ of, native }) => ({ answer: 'verifySignature', of, from: from(native) }) as const))
  for (const group of Object.keys(NamedGroup) as NamedGroupName[]) {
    // Object.keys forgets that these are the registry's names
    const native = subtle !== undefined && isNativeGroup(group) && (await supportsGroup(subtle, group))
    found.push({ answer: 'generateKeyShare', of: group, from: from(native) })
  }
  found.push(...others.map((answer) => ({ answer, from: elsewhere })))
  return found
}
