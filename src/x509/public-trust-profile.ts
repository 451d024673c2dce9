import { publicEqual } from '../bytes/equal.js'
import type { ParsedCertificate } from './certificate-model.js'
import { commonRules, type ProfileRule } from './certificate-profile.js'
import { showText } from './escape.js'
import { ExtensionOid } from './extensions.js'
import type { GeneralName } from './general-name.js'
import { formatIpAddress } from './ip-address.js'
import { ANY_EXTENDED_KEY_USAGE, purposeIdentifiers } from './purpose.js'

/**
 * Rules that the CA/Browser Forum's Baseline Requirements for TLS server certificates add to RFC 5280: what browsers hold
 * public authorities to. Section numbers of that document stand in `rule`. Demands that today's public certificates do not
 * all keep (policies, distribution points) are left out.
 */
const baseline = (section: string, fault: ProfileRule['fault']): ProfileRule => ({
  rule: `Baseline Requirements ${section}`,
  fault,
})

const when = (broken: boolean, why: string): string | undefined => (broken ? why : undefined)

const isCritical = ({ extensions }: ParsedCertificate, oid: string): boolean => extensions.get(oid)?.critical === true

const keyIdentifierRules: readonly ProfileRule[] = [
  baseline('7.1.2.11.1', ({ authorityKeyIdentifier: identifier }) =>
    when(
      identifier?.authorityCertIssuer !== undefined || identifier?.authorityCertSerialNumber !== undefined,
      'names issuer and serial number in its authority key identifier',
    ),
  ),
  baseline('7.1.2.1.3', ({ authorityKeyIdentifier: identifier, subjectKeyIdentifier, selfIssued }, position) => {
    if (position !== 'anchor' || !selfIssued || identifier === undefined) return undefined
    const { keyIdentifier } = identifier
    const same =
      keyIdentifier !== undefined &&
      subjectKeyIdentifier !== undefined &&
      publicEqual(keyIdentifier, subjectKeyIdentifier)
    return when(!same, 'is self-signed, yet its authority key identifier is not its subject key identifier')
  }),
]

/** Uses that no certificate of the TLS hierarchy may have beside TLS: codeSigning, emailProtection, timeStamping, OCSPSigning. */
const foreignUses: readonly string[] = [3, 4, 8, 9].map((arc) => `1.3.6.1.5.5.7.3.${arc}`)

const keyUsageRules: readonly ProfileRule[] = [
  baseline('7.1.2.1.2', ({ extendedKeyUsage, selfIssued }, position) =>
    when(position === 'anchor' && selfIssued && extendedKeyUsage !== undefined, 'is a root with extended key usage'),
  ),
  baseline('7.1.2.7.10', ({ extendedKeyUsage }, position) =>
    when(position === 'leaf' && extendedKeyUsage === undefined, 'has no extended key usage'),
  ),
  baseline('7.1.2.7.6', (certificate, position) =>
    when(
      position === 'leaf' && isCritical(certificate, ExtensionOid.extendedKeyUsage),
      'marks extendedKeyUsage critical',
    ),
  ),
  baseline('7.1.2.7.10', ({ extendedKeyUsage }, position) =>
    when(
      position !== 'anchor' && extendedKeyUsage?.has(ANY_EXTENDED_KEY_USAGE) === true,
      'allows any extended key usage',
    ),
  ),
  baseline('7.1.2.7.10', ({ extendedKeyUsage }) =>
    when(
      extendedKeyUsage?.has(purposeIdentifiers.serverAuth) === true &&
        foreignUses.some((use) => extendedKeyUsage.has(use)),
      'allows uses beside TLS',
    ),
  ),
  baseline('7.1.2.7.8', ({ basicConstraints }, position) =>
    when(position === 'leaf' && basicConstraints?.cA === true, 'is an authority where the end entity belongs'),
  ),
  baseline('7.1.2.7.11', ({ keyUsage }, position) =>
    when(
      position === 'leaf' && (keyUsage?.has('keyCertSign') === true || keyUsage?.has('cRLSign') === true),
      'is an end entity, yet may sign certificates or CRLs',
    ),
  ),
]

const isTlsName = ({ type }: GeneralName): boolean => type === 'dns' || type === 'ip'

const nameRules: readonly ProfileRule[] = [
  baseline('7.1.2.7.12', ({ subjectAltName }, position) =>
    when(position === 'leaf' && subjectAltName === undefined, 'has no subjectAltName'),
  ),
  baseline('7.1.2.7.12', ({ subjectAltName = [] }, position) => {
    const other = subjectAltName.find((name) => !isTlsName(name))
    return position === 'leaf' && other !== undefined ? `has a name of the kind ${other.type}` : undefined
  }),
  baseline('7.1.2.7.12', (certificate, position) =>
    when(
      position === 'leaf' &&
        certificate.subject.rdns.length > 0 &&
        isCritical(certificate, ExtensionOid.subjectAltName),
      'has a subject, yet its subjectAltName is critical',
    ),
  ),
  baseline('3.2.2.6', ({ subjectAltName = [] }) => {
    const wide = subjectAltName.find(({ type, value }) => type === 'dns' && /^\*(?:\.[^.]*)?$/.test(String(value)))
    return wide === undefined ? undefined : `has the name ${String(wide.value)}, which spans a whole top-level domain`
  }),
]

const COMMON_NAME = '2.5.4.3'

const looksLikeAddress = (text: string): boolean => /^[\d.]+$/.test(text) || text.includes(':')

/** The names that a common name must be copied from: those of its own kind that are public, so those with a dot. */
function sameKind(commonName: string, names: readonly GeneralName[]): readonly string[] {
  return names.flatMap((name) => {
    if (looksLikeAddress(commonName)) return name.type === 'ip' ? [formatIpAddress(name.value)] : []
    return name.type === 'dns' && name.value.includes('.') ? [name.value] : []
  })
}

/**
 * A common name is a copy of one of the names, to the letter. It is never used to identify anybody here, so what misleads
 * nobody is tolerated: the domain of a wildcard, and any common name where nothing of its kind stands beside it.
 */
const commonNameRule = baseline('7.1.4.3', ({ subject, subjectAltName = [] }, position) => {
  if (position !== 'leaf') return undefined
  for (const { type, value } of subject.rdns.flat()) {
    if (type !== COMMON_NAME) continue
    const names = sameKind(value, subjectAltName)
    if (names.length > 0 && !names.includes(value) && !names.includes(`*.${value}`)) {
      return `has the common name ${showText(value)}, which is none of its names`
    }
  }
  return undefined
})

/** The rules for public trust. Name constraints need not be critical there: old clients would not read them. */
export const publicTrustRules: readonly ProfileRule[] = [
  ...commonRules,
  ...keyIdentifierRules,
  ...keyUsageRules,
  ...nameRules,
  commonNameRule,
]
