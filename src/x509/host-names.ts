import { parseIpAddress } from './ip-address.js'

const LONGEST_NAME = 253
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

/**
 * Whether `name`, in lower case, is a host name in the preferred syntax: labels of letters, digits and inner hyphens, none
 * longer than 63 and together at most 253 (RFC 5890 §2.3.1). A last label of digits alone would be an address, not a name.
 */
export function isHostName(name: string): boolean {
  if (name.length > LONGEST_NAME) return false
  const labels = name.split('.')
  return labels.every((label) => LABEL.test(label)) && !/^[0-9]+$/.test(labels[labels.length - 1] ?? '')
}

/** Letters, digits, hyphens, dots and whatever is not ASCII: nothing that would make `URL` see a port, a path or an escape. */
const UNICODE_NAME = /^(?:[a-z0-9.-]|[^\0-\u007f])+$/i

/**
 * The host that a client means, as it is compared: lower case, A-labels, no trailing dot; `undefined` for what is no host
 * name. `URL` turns U-labels into A-labels, and what it makes is checked again, because it lets more pass than DNS does.
 */
export function canonicalHostName(name: string): string | undefined {
  const absolute = name.endsWith('.') ? name.slice(0, -1) : name
  if (!UNICODE_NAME.test(absolute)) return undefined
  const ascii = /^[!-~]*$/.test(absolute) ? absolute : toAscii(absolute)
  const canonical = ascii?.toLowerCase()
  return canonical !== undefined && isHostName(canonical) ? canonical : undefined
}

function toAscii(name: string): string | undefined {
  try {
    return new URL(`http://${name}/`).hostname
  } catch {
    return undefined
  }
}

/** What a client connects to: an address if it is written as one, otherwise a host name. */
export type HostReference =
  | { readonly type: 'ip'; readonly octets: Uint8Array }
  | { readonly type: 'dns'; readonly name: string }

/** Reads a host as users write it, `[…]` around IPv6 included; `undefined` for what is neither address nor host name. */
export function readHost(host: string): HostReference | undefined {
  const octets = parseIpAddress(/^\[.*:.*\]$/.test(host) ? host.slice(1, -1) : host)
  if (octets !== undefined) return { type: 'ip', octets }
  const name = canonicalHostName(host)
  return name === undefined ? undefined : { type: 'dns', name }
}

/** Says whether a domain is one under which anybody can register names, so that no wildcard may span it. */
export type IsPublicSuffix = (domain: string) => boolean

/** Without a list of public suffixes: every single label (com, localdomain) counts as one. */
const isSingleLabel: IsPublicSuffix = (domain) => !domain.includes('.')

/**
 * Whether a DNS name of a certificate is the host `name` (canonical form). A wildcard is the whole left-most label, stands
 * for exactly one label and never for one directly under a public suffix (RFC 6125 §6.4.3).
 */
export function dnsNameMatches(
  presented: string,
  name: string,
  isPublicSuffix: IsPublicSuffix = isSingleLabel,
): boolean {
  const pattern = presented.toLowerCase()
  if (!pattern.startsWith('*.')) return pattern === name && isHostName(pattern)
  const domain = pattern.slice(2)
  const dot = name.indexOf('.')
  if (dot < 1 || name.slice(dot + 1) !== domain || !isHostName(domain)) return false
  return !isSingleLabel(domain) && !isPublicSuffix(domain)
}

/** Whether a DNS name of a certificate is well-formed: a host name, or one behind `*.` (RFC 5280 §4.2.1.6, RFC 6125 §6.4.3). */
export function isDnsNameOrWildcard(presented: string): boolean {
  const name = presented.toLowerCase()
  return isHostName(name.startsWith('*.') ? name.slice(2) : name)
}
