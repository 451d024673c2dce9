import { toHex } from '../../bytes/convert.js'
import type { DistributionPoint, DistributionPointName, ParsedCertificate, ReasonFlag } from '../certificate-model.js'
import type { DistinguishedName } from '../distinguished-name.js'
import type { GeneralName } from '../general-name.js'
import { reasonBits } from '../named-bits.js'
import { canonicalUri } from '../uri.js'
import { type Crl, CrlExtension } from './crl.js'

/** Every reason for which a CRL may list a certificate (RFC 5280 §6.3.2 calls them all-reasons). */
export const allReasons: ReadonlySet<ReasonFlag> = new Set(reasonBits.filter((reason) => reason !== 'unused'))

/** Where to look for the status of a certificate: a point that it names, or the one that follows from its issuer's name. */
export interface Point extends DistributionPoint {
  readonly implied?: true
}

/** The points of a certificate, and last the one that RFC 5280 §6.3.3 assumes for all: its issuer's whole CRL. */
export function pointsOf({ crlDistributionPoints = [], issuer }: ParsedCertificate): readonly Point[] {
  const implied: Point = {
    distributionPoint: { type: 'fullName', names: [{ type: 'directoryName', value: issuer }] },
    implied: true,
  }
  return [...crlDistributionPoints, implied]
}

function comparableName(name: GeneralName): string {
  if (name.type === 'directoryName') return `directoryName ${name.value.comparable}`
  if (name.type === 'uri') return `uri ${canonicalUri(name.value)}`
  if (name.type === 'otherName') return `otherName ${name.typeId} ${toHex(name.value)}`
  if (name.value instanceof Uint8Array) return `${name.type} ${toHex(name.value)}`
  return `${name.type} ${name.type === 'dns' ? name.value.toLowerCase() : name.value}`
}

/** All names of a point in comparable form; a relative one is completed with the name of whoever issues the CRL. */
function namesOf(name: DistributionPointName, issuers: readonly DistinguishedName[]): readonly string[] {
  if (name.type === 'fullName') return name.names.map(comparableName)
  return issuers.map(({ comparableRdns }) => `directoryName ${[...comparableRdns, name.comparable].join('\u0002')}`)
}

const directoryNames = (names: readonly GeneralName[]): readonly DistinguishedName[] =>
  names.flatMap((name) => (name.type === 'directoryName' ? [name.value] : []))

/** Why the names of the CRL's scope and of the point do not meet (RFC 5280 §6.3.3, step b.2.i), if so. */
function nameMismatch(crl: Crl, point: Point, certificate: ParsedCertificate): string | undefined {
  const scope = crl.issuingDistributionPoint?.distributionPoint
  if (scope === undefined) return undefined
  const { cRLIssuer, distributionPoint } = point
  const issuers = cRLIssuer === undefined ? [certificate.issuer] : directoryNames(cRLIssuer)
  const offered = namesOf(scope, [crl.issuer])
  const wanted =
    distributionPoint === undefined ? (cRLIssuer ?? []).map(comparableName) : namesOf(distributionPoint, issuers)
  return wanted.some((name) => offered.includes(name)) ? undefined : 'is for another distribution point'
}

function issuerMismatch(crl: Crl, { cRLIssuer }: Point, certificate: ParsedCertificate): string | undefined {
  if (cRLIssuer === undefined) {
    return crl.issuer.comparable === certificate.issuer.comparable ? undefined : 'is of another issuer'
  }
  if (!directoryNames(cRLIssuer).some(({ comparable }) => comparable === crl.issuer.comparable)) {
    return 'is of another issuer'
  }
  return crl.issuingDistributionPoint?.indirectCRL === true ? undefined : 'is not indirect, as the certificate says'
}

function kindMismatch(crl: Crl, { basicConstraints }: ParsedCertificate): string | undefined {
  const scope = crl.issuingDistributionPoint
  if (scope === undefined) return undefined
  const isAuthority = basicConstraints?.cA === true
  if (scope.onlyContainsUserCerts && isAuthority) return 'is for end entities only'
  if (scope.onlyContainsCACerts && !isAuthority) return 'is for authorities only'
  return scope.onlyContainsAttributeCerts ? 'is for attribute certificates only' : undefined
}

/** Why `certificate`, looked for at `point`, is not in the scope of `crl` (RFC 5280 §6.3.3, step b), if so. */
export const outOfScope = (crl: Crl, point: Point, certificate: ParsedCertificate): string | undefined =>
  issuerMismatch(crl, point, certificate) ?? nameMismatch(crl, point, certificate) ?? kindMismatch(crl, certificate)

/** For which reasons `crl` speaks of certificates at `point` (RFC 5280 §6.3.3, step d). */
export function reasonsOf({ issuingDistributionPoint }: Crl, { reasons }: Point): readonly ReasonFlag[] {
  const some = issuingDistributionPoint?.onlySomeReasons
  return [...allReasons].filter((reason) => some?.has(reason) !== false && reasons?.has(reason) !== false)
}

const understood: ReadonlySet<string> = new Set(Object.values(CrlExtension))

/** Whether each extension must be critical or must not (RFC 5280 §5.2). */
const criticality: readonly (readonly [oid: string, critical: boolean, why: string, rule: string])[] = [
  [CrlExtension.crlNumber, false, 'has a critical CRL number', 'RFC 5280 §5.2.3'],
  [CrlExtension.deltaCRLIndicator, true, 'has a delta CRL indicator that is not critical', 'RFC 5280 §5.2.4'],
  [
    CrlExtension.issuingDistributionPoint,
    true,
    'has an issuing distribution point that is not critical',
    'RFC 5280 §5.2.5',
  ],
  [CrlExtension.freshestCRL, false, 'has a critical freshest CRL', 'RFC 5280 §5.2.6'],
]

/** Why a CRL that is well-formed must not be used by anybody, if so. */
export function unusable({
  extensions,
  crlNumber,
  baseCRLNumber,
  nextUpdate,
  entries,
  ...crl
}: Crl): string | undefined {
  for (const { oid, critical } of extensions.values()) {
    if (critical && !understood.has(oid)) return `has the unknown critical extension ${oid} (RFC 5280 §5.2)`
  }
  const unknownEntry = entries.unknownCritical
  if (unknownEntry !== undefined) {
    return `has an entry with the unknown critical extension ${unknownEntry} (RFC 5280 §5.3)`
  }
  for (const [oid, critical, why, rule] of criticality) {
    if ((extensions.get(oid)?.critical ?? critical) !== critical) return `${why} (${rule})`
  }
  if (crlNumber === undefined) return 'has no CRL number (RFC 5280 §5.2.3)'
  if (nextUpdate === undefined) return 'has no nextUpdate (RFC 5280 §5.1.2.5)'
  if (entries.removes && baseCRLNumber === undefined) {
    return 'is complete and yet removes entries (RFC 5280 §5.3.1)'
  }
  if (entries.namesIssuers && crl.issuingDistributionPoint?.indirectCRL !== true) {
    return 'is not indirect, yet names the issuers of certificates (RFC 5280 §5.3.3)'
  }
  return undefined
}
