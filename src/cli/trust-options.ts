import type { CertificateVerdict, CertificateVerifier } from '../crypto/environment.js'
import type { Judgement } from '../inspect/index.js'
import {
  type ChainVerifierOptions,
  type CrlInput,
  chainVerifier,
  checkRevocation,
  type DenyListEntries,
  denyList,
  fingerprintsOf,
  type ImmediateVerifier,
  type Pin,
  parseCertificate,
  pinnedCertificates,
  type RevocationOptions,
  webFetcher,
} from '../x509/index.js'
import { type OptionSpecs, oneOf, UsageError, type Values } from './arguments.js'
import { keyPin } from './certificate-facts.js'
import { readAnchors, readCrl, readDenied, readPin } from './files.js'
import { provider } from './provider.js'

/** Whom to trust, for a client and a server alike. */
export const trustOptions = {
  ca: {
    type: 'string',
    multiple: true,
    value: 'FILE|system|node',
    help: 'accept peers with a valid chain to a certificate in this PEM file, to one that the system trusts, or to one of the roots that Node has; may be repeated',
  },
  crl: {
    type: 'string',
    multiple: true,
    value: 'FILE',
    help: 'certificate revocation lists of the authorities, PEM or DER; may be repeated',
  },
  revocation: {
    type: 'string',
    value: 'off|soft-fail|hard-fail',
    help: 'whether revoked certificates are looked for, in --crl and in what a server staples, and whether those are refused too of which it cannot be found out; hard-fail by default with --crl, soft-fail without',
  },
  'revocation-fetch': {
    type: 'string',
    value: 'public|any',
    help: 'ask responders and fetch CRLs over HTTP where certificates name them: at public addresses alone, or at any; nothing is fetched without it',
  },
  policy: {
    type: 'string',
    value: 'basic|rfc5280|webpki',
    help: 'how strict chains are judged: path validation alone (basic), with all that RFC 5280 demands of certificates, or also as browsers do; basic by default',
  },
  pin: {
    type: 'string',
    multiple: true,
    value: 'PIN',
    help: 'accept this peer: sha256/BASE64 of its public key, sha256:HEX of its certificate, or a PEM file whose first certificate is meant; may be repeated; with --ca both must hold',
  },
  deny: {
    type: 'string',
    multiple: true,
    value: 'DENIED',
    help: 'refuse whoever has this in the chain, whatever else holds: sha256/BASE64 of a public key, sha256:HEX of a certificate, or a PEM file of certificates, whose keys are meant; may be repeated',
  },
} as const satisfies OptionSpecs

/** What is not an option of the user's. */
export interface TrustContext {
  readonly identity?: NonNullable<ChainVerifierOptions['identity']>
  /** Is told how each chain was judged. */
  readonly explain?: (judgement: Judgement) => void
}

export interface Trust {
  readonly verifier: CertificateVerifier
  /** Whether some peer's certificate can be accepted at all. */
  readonly isGiven: boolean
  /** The DER names of the authorities, as far as a server should tell clients of them. */
  readonly authorities: readonly Uint8Array[]
  /** What the user should hear before the first connection. */
  readonly warnings: readonly string[]
}

/** Stands where nobody is trusted: refuses, and says which pin the peer would have. */
const refuseEverybody: CertificateVerifier = ({ peer, certificateChain: [certificate] }) => {
  const pin = certificate === undefined ? undefined : keyPin(certificate)
  return {
    accepted: false,
    reason: 'no_verifier',
    message:
      `the ${peer}'s certificate is refused because no --ca and no --pin says whom to trust` +
      (pin === undefined ? '' : `; if another channel confirms that its key is this one, use --pin ${pin}`),
  }
}

/** Pins and a chain: both must hold. The chain then says who the peer is. */
export function pinsAndChain(pins: ImmediateVerifier, chain: CertificateVerifier): CertificateVerifier {
  const verify: CertificateVerifier = (request, signal) => {
    const pinned = pins(request)
    if (!pinned.accepted) return pinned
    const join = (verdict: CertificateVerdict): CertificateVerdict =>
      verdict.accepted ? { ...verdict, checked: [...pinned.checked, ...verdict.checked] } : verdict
    const judged = chain(request, signal)
    return judged instanceof Promise ? judged.then(join) : join(judged)
  }
  return Object.assign(verify, { wantsStatus: chain.wantsStatus === true })
}

const revocationModes = ['off', 'soft-fail', 'hard-fail'] as const
const policies = ['basic', 'rfc5280', 'webpki'] as const

type TrustValues = Values<typeof trustOptions>

type RevocationSettings = Pick<RevocationOptions, 'mode' | 'fetch'> & { readonly crls: readonly CrlInput[] }

function revocationFrom({ crl = [], revocation, 'revocation-fetch': fetched }: TrustValues): RevocationSettings {
  const mode = oneOf('revocation', revocation, revocationModes) ?? (crl.length > 0 ? 'hard-fail' : 'soft-fail')
  for (const [option, given] of [
    ['crl', crl.length > 0],
    ['revocation-fetch', fetched !== undefined],
  ] as const) {
    if (mode === 'off' && given) throw new UsageError(`--${option} has no effect with --revocation off`)
  }
  const where = oneOf('revocation-fetch', fetched, ['public', 'any'])
  const fetch = where === undefined ? {} : { fetch: webFetcher({ allowPrivate: where === 'any' }) }
  return { mode, crls: crl.map(readCrl), ...fetch }
}

/** A server names its authorities to clients (RFC 5246 §7.4.4); more than this many octets of names help nobody. */
const MOST_NAMES = 8_192

function namesOf(anchors: readonly Uint8Array[]): readonly Uint8Array[] {
  const names = anchors.map((der) => parseCertificate(der).subject.der)
  return names.reduce((sum, { length }) => sum + length, 0) > MOST_NAMES ? [] : names
}

function chainTrust(ca: readonly string[], values: TrustValues, { identity, explain }: TrustContext): Trust {
  const policy = oneOf('policy', values.policy, policies) ?? 'basic'
  const revocation = revocationFrom(values)
  const { mode, crls, fetch } = revocation
  const anchors = ca.flatMap(readAnchors)
  const verifier = chainVerifier({
    ...{ anchors, provider, policy, revocation: checkRevocation(revocation) },
    ...(identity === undefined ? {} : { identity }),
    ...(explain === undefined ? {} : { explain }),
  })
  const blind = mode === 'hard-fail' && crls.length === 0 && fetch === undefined
  const warnings = blind
    ? [
        'no --crl and no --revocation-fetch: with --revocation hard-fail only stapled responses can say who is not revoked',
      ]
    : []
  return { verifier, isGiven: true, authorities: namesOf(anchors), warnings }
}

/** A certificate of a file is denied by its key: with another certificate it would come back. */
function entriesOf(denied: readonly Pin[]): DenyListEntries {
  const keyOf = (der: Uint8Array): Uint8Array => fingerprintsOf(der, provider).key
  return {
    certificates: denied.flatMap((one) => ('certificateSha256' in one ? [one.certificateSha256] : [])),
    keys: denied.flatMap((one) =>
      one instanceof Uint8Array ? [keyOf(one)] : 'spkiSha256' in one ? [one.spkiSha256] : [],
    ),
  }
}

/** What the options of trust mean. Throws `UsageError`. */
export function trustFrom(values: TrustValues, context: TrustContext): Trust {
  const trust = trustedFrom(values, context)
  const { deny = [] } = values
  if (deny.length === 0) return trust
  if (!trust.isGiven) throw new UsageError('--deny takes from those whom --ca or --pin accepts, and neither is given')
  const denied = entriesOf(deny.flatMap(readDenied))
  return { ...trust, verifier: denyList(denied, provider, trust.verifier) }
}

function trustedFrom(values: TrustValues, context: TrustContext): Trust {
  const { ca = [], pin = [] } = values
  const pins = pin.length === 0 ? undefined : pinnedCertificates(pin.map(readPin), provider)
  if (ca.length > 0) {
    const trust = chainTrust(ca, values, context)
    return pins === undefined ? trust : { ...trust, verifier: pinsAndChain(pins, trust.verifier) }
  }
  for (const option of ['crl', 'revocation', 'revocation-fetch', 'policy'] as const) {
    if (values[option] !== undefined) throw new UsageError(`--${option} says how chains are judged, and needs --ca`)
  }
  const verifier = pins ?? refuseEverybody
  return { verifier, isGiven: pins !== undefined, authorities: [], warnings: [] }
}
