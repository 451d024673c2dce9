import { isHostName } from './host-names.js'
import { parseIpAddress } from './ip-address.js'

/**
 * The host in a URI's authority, in lower case, or `undefined` where it has none that is a host name, or is malformed. An address is none:
 * constraints on URIs speak of names only (RFC 5280 §4.2.1.10).
 */
export function hostOfUri(uri: string): string | undefined {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(uri)?.[1]
  // Browsers end the authority at a backslash, and would go to a host other than the one after the at sign.
  if (authority === undefined || authority.includes('\\')) return undefined
  const host = authority
    .slice(authority.lastIndexOf('@') + 1)
    .replace(/:[0-9]*$/, '')
    .toLowerCase()
  return parseIpAddress(host) === undefined && isHostName(host) ? host : undefined
}

/** A URI as it is compared: scheme and host in lower case (RFC 5280 §7.4), the rest octet by octet. */
export const canonicalUri = (uri: string): string =>
  uri.replace(/^[a-z][a-z0-9+.-]*:(?:\/\/[^/?#]*)?/i, (start) => {
    const at = start.lastIndexOf('@')
    if (at < 0) return start.toLowerCase()
    // User information, between the slashes and the at sign, keeps its case.
    const [scheme = ''] = start.split(':', 1)
    return scheme.toLowerCase() + start.slice(scheme.length, at) + start.slice(at).toLowerCase()
  })

/** The workload that a SPIFFE identifier names. */
export interface SpiffeId {
  readonly trustDomain: string
  /** Begins with a slash; empty for the trust domain itself. */
  readonly path: string
}

const SPIFFE = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[a-z0-9._-]+)*)$/i
const LONGEST_SPIFFE_ID = 2048

/**
 * Reads a SPIFFE identifier; `undefined` for anything that is not one, whole: no port, user, query, fragment or escapes, no
 * empty segment and none of dots, so that there is one spelling to compare.
 */
export function readSpiffeId(uri: string): SpiffeId | undefined {
  const match = uri.length <= LONGEST_SPIFFE_ID ? SPIFFE.exec(uri) : null
  if (match === null) return undefined
  const [, trustDomain = '', path = ''] = match
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return undefined
  return { trustDomain: trustDomain.toLowerCase(), path }
}
