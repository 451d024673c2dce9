/** x509-limbo: reads its JSON and runs its cases through the public verifier. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { CertificateVerdict } from '../../src/crypto/environment.js'
import { nobleProvider } from '../../src/providers/noble/index.js'
import {
  CertificateError,
  certificatesFromPem,
  chainVerifier,
  checkRevocation,
  type ExpectedIdentity,
  PemError,
  type ReferenceIdentity,
  type ValidationPolicy,
} from '../../src/x509/index.js'

interface PeerName {
  readonly kind: string
  readonly value: string
}

/** The fields of a case that matter here, as the project's schema names them. */
export interface LimboCase {
  readonly id: string
  readonly conflicts_with: readonly string[]
  readonly features: readonly string[] | null
  readonly validation_kind: 'SERVER' | 'CLIENT'
  readonly validation_time: string | null
  readonly trusted_certs: readonly string[]
  readonly untrusted_intermediates: readonly string[]
  readonly peer_certificate: string
  readonly signature_algorithms: readonly string[]
  readonly key_usage: readonly string[]
  readonly extended_key_usage: readonly string[]
  readonly expected_peer_name: PeerName | null
  readonly expected_peer_names: readonly PeerName[]
  readonly expected_result: 'SUCCESS' | 'FAILURE'
  readonly max_chain_depth: number | null
  readonly crls: readonly string[]
}

/** The cases of a file, plain or gzip. */
export function readLimbo(path: string): readonly LimboCase[] {
  const bytes = readFileSync(path)
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8')
  const file: { readonly testcases: readonly LimboCase[] } = JSON.parse(text)
  return file.testcases
}

/** What is not run, and why. */
export const skippedFeatures: Readonly<Record<string, string>> = {
  'public-suffix-list':
    'whether a wildcard spans a public suffix of several labels can only be said with the Public Suffix List, which is the caller’s to give (isPublicSuffix)',
}

const spansUnknownSuffix = ({ features }: LimboCase, names: string): boolean =>
  (features ?? []).includes('pedantic-public-suffix-wildcard') && /^[^.]+(?:\.[^.]+){2,}$/.test(names)

/** The feature for which a case is skipped, if it is. */
const skippedFor = (one: LimboCase): string | undefined =>
  spansUnknownSuffix(one, one.expected_peer_name?.value ?? '') ? 'public-suffix-list' : undefined

/** The policy that the namespace of a case names; public sites are public trust. */
const policies: Readonly<Record<string, ValidationPolicy>> = { rfc5280: 'rfc5280', webpki: 'webpki', online: 'webpki' }

/** Namespaces of attacks and mechanisms (cve, pathlen, crl, …) name no profile: path validation alone decides. */
const policyOf = ({ id }: LimboCase): ValidationPolicy => policies[id.split('::')[0] ?? ''] ?? 'basic'

const provider = nobleProvider()

function reference({ kind, value }: PeerName): ReferenceIdentity {
  if (kind === 'DNS') return { type: 'dns', value }
  if (kind === 'IP') return { type: 'ip', value }
  if (kind === 'RFC822') return { type: 'email', value }
  throw new Error(`no reference identity of the kind ${kind}`)
}

const asked: Readonly<Record<string, string>> = { SERVER: 'serverAuth', CLIENT: 'clientAuth' }

/** A server is asked for one name; a client must have all that are listed. */
function expectedIdentity({ expected_peer_name: one, expected_peer_names: all }: LimboCase): ExpectedIdentity {
  if (one !== null && one !== undefined) return [reference(one)]
  const references = all.map(reference)
  return (identities) =>
    references.every(({ type, value }) => identities.some((found) => found.type === type && found.value === value))
}

/** The schema's names of signature algorithms, where a case accepts no others. */
const algorithmOids: Readonly<Record<string, string>> = {
  RSA_WITH_SHA1: '1.2.840.113549.1.1.5',
  RSA_WITH_SHA224: '1.2.840.113549.1.1.14',
  RSA_WITH_SHA256: '1.2.840.113549.1.1.11',
  RSA_WITH_SHA384: '1.2.840.113549.1.1.12',
  RSA_WITH_SHA512: '1.2.840.113549.1.1.13',
  ECDSA_WITH_SHA224: '1.2.840.10045.4.3.1',
  ECDSA_WITH_SHA256: '1.2.840.10045.4.3.2',
  ECDSA_WITH_SHA384: '1.2.840.10045.4.3.3',
  ECDSA_WITH_SHA512: '1.2.840.10045.4.3.4',
}

function acceptedAlgorithms({ signature_algorithms: names }: LimboCase): readonly string[] {
  return names.flatMap((name) => algorithmOids[name] ?? [])
}

/** What the verifier says of one case. */
function judge(one: LimboCase): CertificateVerdict {
  const malformed = (message: string): CertificateVerdict => ({ accepted: false, reason: 'bad_certificate', message })
  try {
    const [leaf] = certificatesFromPem(one.peer_certificate)
    if (leaf === undefined) return malformed('no certificate')
    if (one.extended_key_usage.some((use) => use !== asked[one.validation_kind] && use !== 'anyExtendedKeyUsage')) {
      throw new Error(`${one.id} asks for a purpose other than its role`)
    }
    const keyUsage = one.key_usage.find((use) => use === 'digitalSignature' || use === 'keyEncipherment')
    const verify = chainVerifier({
      provider,
      anchors: one.trusted_certs.flatMap(certificatesFromPem),
      policy: policyOf(one),
      time: () => (one.validation_time === null ? new Date() : new Date(one.validation_time)),
      identity: expectedIdentity(one),
      ...(one.signature_algorithms.length === 0 ? {} : { keys: { signatureAlgorithms: acceptedAlgorithms(one) } }),
      // A case that has CRLs wants to know what they say.
      ...(one.crls.length === 0 ? {} : { revocation: checkRevocation({ mode: 'hard-fail', crls: one.crls }) }),
      ...(one.max_chain_depth === null ? {} : { maxChainDepth: one.max_chain_depth }),
    })
    const verdict = verify(
      {
        peer: one.validation_kind === 'SERVER' ? 'server' : 'client',
        certificateChain: [leaf, ...one.untrusted_intermediates.flatMap(certificatesFromPem)],
        ...(keyUsage === 'digitalSignature' || keyUsage === 'keyEncipherment' ? { keyUsage } : {}),
      },
      new AbortController().signal,
    )
    if (verdict instanceof Promise) throw new Error('the noble provider answers at once')
    return verdict
  } catch (cause) {
    // Anchors that cannot be read are refused when the verifier is made.
    if (cause instanceof CertificateError || cause instanceof PemError) return malformed(cause.message)
    throw cause
  }
}

export interface LimboResult {
  readonly id: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly detail: string
  readonly milliseconds: number
}

export function runLimbo(cases: readonly LimboCase[]): readonly LimboResult[] {
  return cases.map((one) => {
    const feature = skippedFor(one)
    if (feature !== undefined) return { id: one.id, outcome: 'skipped', detail: feature, milliseconds: 0 }
    const before = performance.now()
    const verdict = judge(one)
    const milliseconds = performance.now() - before
    const agrees = verdict.accepted === (one.expected_result === 'SUCCESS')
    const detail = verdict.accepted ? 'accepted' : `${verdict.reason}: ${verdict.message}`
    return { id: one.id, outcome: agrees ? 'passed' : 'failed', detail, milliseconds }
  })
}
