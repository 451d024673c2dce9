import type { CertificateKind, EcdsaCurve, KeyType, PrivateKey, PublicKey } from '../crypto/key-types.js'
import type { KeyExchange, SuiteParameters } from '../crypto/suite-parameters.js'
import { CertificateType } from '../registry/certificate-type.js'
import { ClientCertificateType } from '../registry/client-certificate-type.js'
import { NamedGroup, type NamedGroupName } from '../registry/named-group.js'
import { nameOf } from '../registry/registry.js'
import { SignatureScheme, type SignatureSchemeName } from '../registry/signature-scheme.js'
import type { SessionPolicy } from './session-policy.js'

/** The verify_data of the handshake before, of both sides (RFC 5746 §3.1). */
export interface RenegotiatedConnection {
  readonly clientVerifyData: Uint8Array
  readonly serverVerifyData: Uint8Array
}

/** What both roles are configured with. Every list is in order of preference. */
export interface HandshakeConfig {
  readonly cipherSuites: readonly SuiteParameters[]
  readonly groups: readonly NamedGroupName[]
  /** What the peer may sign under. */
  readonly signatureSchemes: readonly SignatureScheme[]
  /** What this side signs under; the same as `signatureSchemes` where it is absent. */
  readonly signingSchemes?: readonly SignatureScheme[]
  /** ALPN protocol names (RFC 7301 §3.1); empty leaves the extension out. */
  readonly applicationProtocols: readonly string[]
  /** Whether the master secret is bound to the handshake (RFC 7627): without it a handshake goes on only under `prefer` or `off`. */
  readonly extendedMasterSecret: 'require' | 'prefer' | 'off'
  /** Whether a block cipher's MAC is to cover the ciphertext where the peer agrees (RFC 7366). */
  readonly encryptThenMac: boolean
  /** Most bytes in a protected record that this side takes: 64 to 2^14 (RFC 8449 §4); `undefined` leaves it unsaid. */
  readonly recordSizeLimit: number | undefined
  /** What a client's and a server's Certificate may hold, in order of preference (RFC 7250 §3). */
  readonly clientCertificateTypes: readonly CertificateKind[]
  readonly serverCertificateTypes: readonly CertificateKind[]
  /** Which sessions are kept for resumption, and which are resumed. */
  readonly sessions: SessionPolicy
  /**
   * What a close_notify of the peer's brings: our own at once (RFC 5246 §7.2.1), or the wait for `close`, so that what is
   * still to be said can be said.
   */
  readonly onPeerClose: 'close' | 'wait'
  /**
   * What a peer that asks for a renegotiation gets: the warning no_renegotiation, and on it goes (`refuse`); the same
   * alert as a fatal one (`abort`); one renegotiation, and `abort` from then on (`once`); as many as it wants (`freely`); no
   * answer (`ignore`). Our own wish needs no permission. A peer without RFC 5746 is refused in any case.
   */
  readonly renegotiation: 'refuse' | 'abort' | 'once' | 'freely' | 'ignore'
  /**
   * Whether a renegotiation may show another certificate of the peer than the connection was established with. `any` that
   * the verifier accepts may, and only under an extended master secret (RFC 7627 §6.1).
   */
  readonly renegotiatedCertificate: 'same' | 'any'
  /** Set by the machine for a handshake inside a connection: the Finished messages that it is bound to (RFC 5746 §3.1). */
  readonly renegotiated?: RenegotiatedConnection
}

/** Whatever is not said to go without, as a misspelt policy is not: see `requiresCertificate`. */
export const requiresBinding = ({ extendedMasterSecret }: Pick<HandshakeConfig, 'extendedMasterSecret'>): boolean =>
  extendedMasterSecret !== 'prefer' && extendedMasterSecret !== 'off'

/** The kinds of key whose signature each scheme is. In TLS 1.2 an ECDSA scheme leaves the curve open (RFC 5246 §7.4.1.4.1). */
const schemeKeyTypes: Readonly<Record<SignatureSchemeName, KeyType>> = {
  rsa_pkcs1_sha1: 'rsa',
  rsa_pkcs1_sha224: 'rsa',
  rsa_pkcs1_sha256: 'rsa',
  rsa_pkcs1_sha384: 'rsa',
  rsa_pkcs1_sha512: 'rsa',
  rsa_pss_rsae_sha256: 'rsa',
  rsa_pss_rsae_sha384: 'rsa',
  rsa_pss_rsae_sha512: 'rsa',
  rsa_pss_pss_sha256: 'rsa-pss',
  rsa_pss_pss_sha384: 'rsa-pss',
  rsa_pss_pss_sha512: 'rsa-pss',
  ecdsa_sha1: 'ecdsa',
  ecdsa_sha224: 'ecdsa',
  ecdsa_secp256r1_sha256: 'ecdsa',
  ecdsa_secp384r1_sha384: 'ecdsa',
  ecdsa_secp521r1_sha512: 'ecdsa',
  ed25519: 'ed25519',
  ed448: 'ed448',
}

const isSchemeName = (name: string): name is SignatureSchemeName => Object.hasOwn(SignatureScheme, name)

/** The kind of key that signs under `scheme`, or `undefined` for a scheme that is not ours. */
export function keyTypeOfScheme(scheme: SignatureScheme): KeyType | undefined {
  const name = nameOf(SignatureScheme, scheme)
  return isSchemeName(name) ? schemeKeyTypes[name] : undefined
}

/** The first of `schemes` under which a key signs: those of its kind, or of them the ones that it is bound to. */
export const firstSchemeFor = (
  key: Pick<PrivateKey, 'keyType' | 'schemes'>,
  schemes: readonly SignatureScheme[],
): SignatureScheme | undefined =>
  schemes.find((scheme) => keyTypeOfScheme(scheme) === key.keyType && key.schemes?.includes(scheme) !== false)

/** What a peer that sends no signature_algorithms accepts (RFC 5246 §7.4.1.4.1). */
export const DEFAULT_PEER_SCHEMES: readonly SignatureScheme[] = [
  SignatureScheme.rsa_pkcs1_sha1,
  SignatureScheme.ecdsa_sha1,
]

/** The ClientCertificateType that a key of each kind answers to (RFC 5246 §7.4.4, RFC 8422 §5.5). */
export const clientCertificateTypeOf = ({ keyType }: Pick<PublicKey, 'keyType'>): ClientCertificateType =>
  keyType === 'rsa' || keyType === 'rsa-pss' ? ClientCertificateType.rsa_sign : ClientCertificateType.ecdsa_sign

/** Members of ours, in our order, that the other side names too. */
export const intersect = <T>(ours: readonly T[], theirs: readonly T[]): readonly T[] =>
  ours.filter((one) => theirs.includes(one))

/**
 * The kinds of certificate key that a key exchange can use on the server's side (RFC 5246 §7.4.2, RFC 8422 §2); none
 * where the server shows no certificate (RFC 4279 §2).
 */
export const serverKeyTypes: Readonly<Record<KeyExchange, readonly KeyType[]>> = {
  RSA: ['rsa'],
  DHE_RSA: ['rsa', 'rsa-pss'],
  ECDHE_RSA: ['rsa', 'rsa-pss'],
  ECDHE_ECDSA: ['ecdsa', 'ed25519', 'ed448'],
  PSK: [],
  DHE_PSK: [],
  ECDHE_PSK: [],
  RSA_PSK: ['rsa'],
}

/** Whether the server shows a certificate. Only then may it ask the client for one (RFC 5246 §7.4.4). */
export const showsCertificate = (keyExchange: KeyExchange): boolean => serverKeyTypes[keyExchange].length > 0
/** The server's certificate key decrypts the pre-master secret, instead of signing a key share (RFC 5246 §7.4.7.1). */
export const isKeyTransport = (keyExchange: KeyExchange): boolean => keyExchange.startsWith('RSA')
export const usesPsk = (keyExchange: KeyExchange): boolean => keyExchange.endsWith('PSK')
export const usesCurves = (keyExchange: KeyExchange): boolean => keyExchange.startsWith('ECDHE')
export const usesFiniteField = (keyExchange: KeyExchange): boolean => keyExchange.startsWith('DHE')
/** Both sides make key shares for this handshake alone: forward secrecy. */
export const isEphemeral = (keyExchange: KeyExchange): boolean =>
  usesCurves(keyExchange) || usesFiniteField(keyExchange)

const isFiniteField = (group: NamedGroupName): boolean => group.startsWith('ffdhe')
export const curvesOf = (groups: readonly NamedGroupName[]): readonly NamedGroupName[] =>
  groups.filter((group) => !isFiniteField(group))
export const finiteFieldsOf = (groups: readonly NamedGroupName[]): readonly NamedGroupName[] =>
  groups.filter(isFiniteField)

/** Code points that RFC 7919 §2 sets aside for finite-field groups, known or not. */
export const isFiniteFieldCodePoint = (group: NamedGroup): boolean => group >= 0x0100 && group <= 0x01ff

export const groupNumbers = (groups: readonly NamedGroupName[]): readonly NamedGroup[] =>
  groups.map((group) => NamedGroup[group])

/** The schemes under which this side may sign for a peer that accepts `theirs`, in our order. */
export const signingSchemes = (
  { signatureSchemes, signingSchemes = signatureSchemes }: HandshakeConfig,
  theirs: readonly SignatureScheme[],
): readonly SignatureScheme[] => intersect(signingSchemes, theirs)

/** Whether an ECDSA key lies on a curve that the other side accepts (RFC 8422 §5.1.1); true for other kinds of key. */
export function curveAccepted(key: PublicKey | PrivateKey, groups: readonly NamedGroup[]): boolean {
  const curve: EcdsaCurve | undefined = key.curve
  return key.keyType !== 'ecdsa' || (curve !== undefined && groups.includes(NamedGroup[curve]))
}

/** What a number of the registry stands for, or `undefined` where this library does not know it. */
export function certificateKindOf(type: CertificateType): CertificateKind | undefined {
  if (type === CertificateType.X509) return 'X509'
  return type === CertificateType.RawPublicKey ? 'RawPublicKey' : undefined
}

/** The field of a question to the verifier that says what it is shown; absent for X.509, which is what it expects. */
export const typeOfCertificate = (type: CertificateKind): { certificateType?: 'RawPublicKey' } =>
  type === 'RawPublicKey' ? { certificateType: 'RawPublicKey' } : {}

/** Octets of the public value of each group (RFC 8422 §5.4.1, RFC 7748 §5); NIST points are uncompressed. */
const pointLengths: Partial<Record<NamedGroupName, number>> = {
  secp256r1: 65,
  secp384r1: 97,
  secp521r1: 133,
  x25519: 32,
  x448: 56,
}

/** Whether bytes have the form of a public value of this curve. That it lies on the curve is for the key agreement to find out. */
export const pointFormIsValid = (group: NamedGroupName, point: Uint8Array): boolean =>
  point.length === pointLengths[group] && (!group.startsWith('secp') || point[0] === 4)
