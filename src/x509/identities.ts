import { publicEqual } from '../bytes/equal.js'
import type { ParsedCertificate } from './certificate-model.js'
import type { DistinguishedName } from './distinguished-name.js'
import { showText } from './escape.js'
import type { GeneralName } from './general-name.js'
import { canonicalHostName, dnsNameMatches, type IsPublicSuffix, isHostName } from './host-names.js'
import { formatIpAddress, parseIpAddress } from './ip-address.js'
import { readMailbox } from './mailbox.js'
import { canonicalUri, readSpiffeId, type SpiffeId } from './uri.js'

/** Who a peer must be. */
export type ReferenceIdentity =
  /** A host name, U-labels and a trailing dot allowed. */
  | { readonly type: 'dns'; readonly value: string }
  /** An IP literal, or its octets. */
  | { readonly type: 'ip'; readonly value: string | Uint8Array }
  | { readonly type: 'email'; readonly value: string }
  | { readonly type: 'uri'; readonly value: string }
  /** Matches the subject or a directory name among the alternative names. */
  | { readonly type: 'directoryName'; readonly value: DistinguishedName }

type Matcher = (name: GeneralName) => boolean

function matcher(reference: ReferenceIdentity, isPublicSuffix?: IsPublicSuffix): Matcher | undefined {
  switch (reference.type) {
    case 'dns': {
      const host = canonicalHostName(reference.value)
      if (host === undefined) return undefined
      return (name) => name.type === 'dns' && dnsNameMatches(name.value, host, isPublicSuffix)
    }
    case 'ip': {
      const octets = typeof reference.value === 'string' ? parseIpAddress(reference.value) : reference.value
      if (octets === undefined) return undefined
      return (name) => name.type === 'ip' && publicEqual(name.value, octets)
    }
    case 'email': {
      const wanted = readMailbox(reference.value)
      if (wanted === undefined) return undefined
      return (name) => {
        const found = name.type === 'email' ? readMailbox(name.value) : undefined
        return found?.local === wanted.local && found.host === wanted.host
      }
    }
    case 'uri': {
      const wanted = canonicalUri(reference.value)
      return (name) => name.type === 'uri' && canonicalUri(name.value) === wanted
    }
    case 'directoryName': {
      const wanted = reference.value.comparable
      return (name) => name.type === 'directoryName' && name.value.comparable === wanted
    }
  }
}

/**
 * Whether the certificate is for `reference`: by its alternative names alone (RFC 6125 §6.4.4), except that a directory
 * name may be the subject. A reference that is no host name, address or mailbox matches nothing. `isPublicSuffix` adds
 * domains over which no wildcard counts; single labels always are such.
 */
export function matchesReference(
  certificate: Pick<ParsedCertificate, 'subject' | 'subjectAltName'>,
  reference: ReferenceIdentity,
  isPublicSuffix?: IsPublicSuffix,
): boolean {
  const matches = matcher(reference, isPublicSuffix)
  if (matches === undefined) return false
  const subject: GeneralName = { type: 'directoryName', value: certificate.subject }
  // An empty subject names nobody, so that it cannot match an empty reference.
  const names = certificate.subject.rdns.length === 0 ? [] : [subject]
  return [...names, ...(certificate.subjectAltName ?? [])].some(matches)
}

/** One identity by which a server may authorise a client. Text is in the form in which it can be compared with `===`. */
export type PeerIdentity =
  | { readonly type: 'dns'; readonly value: string }
  | { readonly type: 'ip'; readonly value: string }
  | { readonly type: 'email'; readonly value: string }
  /** `spiffe` is there if the URI is a SPIFFE identifier and the only URI of the certificate. */
  | { readonly type: 'uri'; readonly value: string; readonly spiffe?: SpiffeId }
  | { readonly type: 'directoryName'; readonly value: DistinguishedName; readonly from: 'subject' | 'subjectAltName' }
  | { readonly type: 'otherName'; readonly typeId: string; readonly value: Uint8Array }
  | { readonly type: 'registeredID'; readonly value: string }

/**
 * All identities of a certificate: the subject unless it is empty, then the alternative names in their order. Names that
 * are malformed, and wildcards, which are no one's identity, are left out.
 */
export function identitiesOf(
  certificate: Pick<ParsedCertificate, 'subject' | 'subjectAltName'>,
): readonly PeerIdentity[] {
  const names = certificate.subjectAltName ?? []
  const soleUri = names.filter((name) => name.type === 'uri').length === 1
  const identities = names.flatMap((name) => identity(name, soleUri) ?? [])
  if (certificate.subject.rdns.length === 0) return identities
  return [{ type: 'directoryName', value: certificate.subject, from: 'subject' }, ...identities]
}

function identity(name: GeneralName, soleUri: boolean): PeerIdentity | undefined {
  switch (name.type) {
    case 'dns': {
      const value = name.value.toLowerCase()
      return isHostName(value) ? { type: 'dns', value } : undefined
    }
    case 'ip':
      return { type: 'ip', value: formatIpAddress(name.value) }
    case 'email': {
      const mailbox = readMailbox(name.value)
      return mailbox && { type: 'email', value: `${mailbox.local}@${mailbox.host}` }
    }
    case 'uri': {
      const spiffe = soleUri ? readSpiffeId(name.value) : undefined
      return { type: 'uri', value: canonicalUri(name.value), ...(spiffe === undefined ? {} : { spiffe }) }
    }
    case 'directoryName':
      return { type: 'directoryName', value: name.value, from: 'subjectAltName' }
    case 'otherName':
      return { type: 'otherName', typeId: name.typeId, value: name.value }
    case 'registeredID':
      return { type: 'registeredID', value: name.value }
    default:
      return undefined
  }
}

/** A general name for people and messages, escaped: `DNS:example.com`. */
export function showGeneralName(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
      return `DNS:${showText(name.value)}`
    case 'email':
      return `email:${showText(name.value)}`
    case 'uri':
      return `URI:${showText(name.value)}`
    case 'ip':
      return `IP:${showAddress(name.value)}`
    case 'directoryName':
      return `DirName:${name.value.toString()}`
    case 'registeredID':
      return `registeredID:${name.value}`
    case 'otherName':
      return `otherName:${name.typeId}`
    default:
      return name.type
  }
}

/** An address, or an address and its mask as name constraints have them. */
const showAddress = (octets: Uint8Array): string =>
  octets.length === 4 || octets.length === 16
    ? formatIpAddress(octets)
    : `${formatIpAddress(octets.subarray(0, octets.length / 2))}/${formatIpAddress(octets.subarray(octets.length / 2))}`
