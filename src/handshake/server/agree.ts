import type { CertificateKind, Credential } from '../../crypto/key-types.js'
import type { Session } from '../../crypto/session.js'
import type { SuiteParameters } from '../../crypto/suite-parameters.js'
import { refuse } from '../fault.js'
import { showsCertificate } from '../negotiation.js'
import { type AgreedLengths, agreedLengths, limitsOf } from '../record-limits.js'
import { requiresCertificate, type ServerConfig } from './context.js'
import type { ClientOffer } from './offer.js'
import type { Greeted } from './states.js'

/*
 * What follows from the client's offer and our terms where the two need not be the same: lengths of records, and what a
 * Certificate holds. Each answer in ServerHello repeats what is decided here.
 */

/** A session that is resumed brings along what it was made with, whatever the client asks for now (RFC 6066 §1.1). */
export const agreeLengths = (
  { recordSizeLimit: server }: ServerConfig,
  offer: ClientOffer,
  { maxFragmentLength }: Pick<Session, 'maxFragmentLength'> = offer,
): AgreedLengths => agreedLengths({ client: offer.recordSizeLimit, server }, maxFragmentLength)

/** A side for which a Certificate holds X.509 and nothing else does not know the extension (RFC 7250 §4.2). */
const knowsOthers = (types: readonly CertificateKind[]): boolean => types.some((type) => type !== 'X509')

/** The types that the server may show: without the extension X.509 is what everyone expects. */
export function shownTypes(
  { serverCertificateTypes: ours }: ServerConfig,
  { serverCertificateTypes: theirs }: ClientOffer,
): readonly CertificateKind[] {
  const accepted: readonly CertificateKind[] = theirs === undefined || !knowsOthers(ours) ? ['X509'] : theirs
  const shared = accepted.filter((type) => ours.includes(type))
  if (shared.length > 0) return shared
  return refuse('no_shared_certificate_type', 'the client judges no type of certificate that this server can show')
}

/** A credential of the environment's own choice must be of a type that was asked for. */
export function checkCertificateType(terms: ServerConfig, offer: ClientOffer, credential: Credential): void {
  if (shownTypes(terms, offer).includes(certificateTypeOf(credential))) return
  refuse(
    'internal_error',
    `the credential selected is ${credential.certificateType ?? 'X509'}, which was not asked for`,
  )
}

/** server_certificate_type says what the chosen credential is, to clients that sent the extension. */
export const answeredServerType = (
  { serverCertificateTypes: ours }: ServerConfig,
  { serverCertificateTypes: theirs }: ClientOffer,
  credential: Credential | undefined,
): CertificateKind | undefined =>
  theirs === undefined || !knowsOthers(ours) || credential === undefined ? undefined : certificateTypeOf(credential)

/**
 * The type that the client shall show, where it sent the extension and will be asked for a certificate. Nothing in common
 * is fatal where a certificate is required, and left unsaid where the client may go without (RFC 7250 §4.2).
 */
export function answeredClientType(
  config: ServerConfig,
  { clientCertificateTypes: theirs }: ClientOffer,
  { keyExchange }: SuiteParameters,
): CertificateKind | undefined {
  const { clientCertificateTypes: ours } = config
  if (theirs === undefined || !knowsOthers(ours) || config.clientAuthentication === 'none') return undefined
  // No certificate is asked for where none is shown, as with pre-shared keys.
  if (!showsCertificate(keyExchange)) return undefined
  const shared = theirs.find((type) => ours.includes(type))
  if (shared === undefined && requiresCertificate(config)) {
    refuse('no_shared_certificate_type', 'the client has no type of certificate that this server can judge')
  }
  return shared
}

/** X.509 where nothing else is said, and where nothing is shown. */
export const certificateTypeOf = (credential: Credential | undefined): CertificateKind =>
  credential?.certificateType ?? 'X509'

/** What an abbreviated handshake settles like a full one. */
export const agreedAnyway = (
  { terms, entropy, offer, applicationProtocol }: Greeted,
  suite: SuiteParameters,
  session?: Session,
) => ({
  suite,
  clientRandom: offer.random,
  serverRandom: entropy.random,
  // A suite whose records are no CBC has its integrity built in: then the extension is not answered (RFC 7366 §3).
  encryptThenMac: offer.encryptThenMac && terms.encryptThenMac && suite.bulk.type === 'block',
  ...limitsOf(agreeLengths(terms, offer, session)),
  secureRenegotiation: offer.secureRenegotiation,
  applicationProtocol,
  serverName: offer.serverName,
  extraExtensions: [],
})
