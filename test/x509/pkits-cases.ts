/** NIST PKITS: reads its JSON and runs its cases through the public verifier of chains. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { nobleProvider } from '../../src/providers/noble/index.js'
import { CertificateError, checkRevocation, type ValidatedChain, validateChain } from '../../src/x509/index.js'

interface PkitsCase {
  readonly id: string
  /** Names of certificates: the first is the anchor, the last the target. */
  readonly certs: readonly string[]
  readonly crls: readonly string[]
  readonly time: string
  readonly initial_policy_set: readonly string[]
  readonly initial_explicit_policy: boolean
  readonly initial_policy_mapping_inhibit: boolean
  readonly initial_inhibit_any_policy: boolean
  readonly user_constrained_policy_set: readonly string[]
  readonly should_validate: boolean
}

export interface Pkits {
  readonly testcases: readonly PkitsCase[]
  certificate(name: string): Uint8Array
  crl(name: string): Uint8Array
}

interface PkitsFile {
  readonly certs: Readonly<Record<string, string>>
  readonly crls: Readonly<Record<string, string>>
  readonly testcases: readonly PkitsCase[]
}

/** The cases of a file, plain or gzip. */
export function readPkits(path: string): Pkits {
  const bytes = readFileSync(path)
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8')
  const { certs, crls, testcases }: PkitsFile = JSON.parse(text)
  const der = (all: Readonly<Record<string, string>>, name: string): Uint8Array => {
    const base64 = all[name]
    if (base64 === undefined) throw new Error(`PKITS has no ${name}`)
    return new Uint8Array(Buffer.from(base64, 'base64'))
  }
  return { testcases, certificate: (name) => der(certs, name), crl: (name) => der(crls, name) }
}

const provider = nobleProvider()

/** What the verifier says of one case: under `basic`, for NIST's certificates of 2011 are no paragons of RFC 5280 §4. */
function judgePkits(pkits: Pkits, one: PkitsCase): ValidatedChain {
  const [anchor, ...path] = one.certs.map((name) => pkits.certificate(name))
  if (anchor === undefined) throw new Error(`${one.id} has no anchor`)
  const outcome = validateChain(
    { certificateChain: path.reverse() },
    {
      provider,
      anchors: [anchor],
      policy: 'basic',
      // Two valid paths are signed with DSA and SHA-1.
      keys: { dsa: true, hashes: ['sha1', 'sha224', 'sha256', 'sha384', 'sha512'] },
      revocation: checkRevocation({ mode: 'hard-fail', crls: one.crls.map((name) => pkits.crl(name)), clockSkew: 0 }),
      time: () => new Date(one.time),
      policies: {
        acceptable: one.initial_policy_set,
        requireExplicit: one.initial_explicit_policy,
        inhibitMapping: one.initial_policy_mapping_inhibit,
        inhibitAny: one.initial_inhibit_any_policy,
      },
    },
  )
  if (outcome instanceof Promise) throw new Error('the noble provider answers at once')
  return outcome
}

export interface PkitsResult {
  readonly id: string
  readonly passed: boolean
  readonly detail: string
}

function run(pkits: Pkits, one: PkitsCase): PkitsResult {
  const outcome = judgePkits(pkits, one)
  if (!outcome.accepted) return { id: one.id, passed: !one.should_validate, detail: outcome.message }
  // NIST also says for which policies a path is valid.
  const found = [...outcome.policies].sort().join()
  const wanted = [...one.user_constrained_policy_set].sort().join()
  const detail = `accepted for [${found}], expected [${wanted}]`
  return { id: one.id, passed: one.should_validate && found === wanted, detail }
}

export function runPkits(pkits: Pkits): readonly PkitsResult[] {
  return pkits.testcases.map((one) => {
    try {
      return run(pkits, one)
    } catch (cause) {
      if (!(cause instanceof CertificateError)) throw cause
      return { id: one.id, passed: !one.should_validate, detail: cause.message }
    }
  })
}
