import { parseIpAddress } from '../ip-address.js'

/** Where a fetcher may go. */
export interface AddressPolicy {
  /** Private, loopback, link-local and other addresses that are not of the public internet; refused by default. */
  readonly allowPrivate?: boolean
  /**
   * Looks a host name up, so that its addresses are judged too; `node:dns` can. Without one a name is taken for public: a
   * name that leads to a private address is then not seen. What is looked up afterwards by `fetch` itself may differ.
   */
  readonly resolve?: (host: string) => readonly string[] | Promise<readonly string[]>
}

/** Blocks that are not of the public internet, as address and prefix length. */
const reserved: readonly (readonly [address: string, length: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

/** The one block of IPv6 whose addresses are of the public internet, and what is not public within it. */
const GLOBAL = ['2000::', 3] as const
const reservedGlobal: readonly (readonly [address: string, length: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

function within(octets: Uint8Array, address: string, length: number): boolean {
  const block = parseIpAddress(address) ?? octets
  for (let bit = 0; bit < length; bit++) {
    const mask = 0x80 >> (bit & 7)
    if (((octets[bit >> 3] ?? 0) & mask) !== ((block[bit >> 3] ?? 0) & mask)) return false
  }
  return true
}

/** Whether an address is of the public internet. IPv4 inside IPv6 is not: nobody honest writes it into a certificate. */
function isPublic(octets: Uint8Array): boolean {
  if (octets.length === 4) return !reserved.some(([address, length]) => within(octets, address, length))
  if (!within(octets, ...GLOBAL)) return false
  return !reservedGlobal.some(([address, length]) => within(octets, address, length))
}

/** Names that lead nowhere on the public internet: without a dot, or under domains kept for local use. */
const isLocalName = (host: string): boolean =>
  !host.includes('.') || /\.(?:localhost|local|internal|intranet|lan|home|corp|private|home\.arpa)$/.test(host)

/**
 * The address to fetch from. Rejects with `TypeError` unless it is http or https, without credentials, on the port that
 * belongs to it or an unprivileged one, and not inside a private network.
 */
export async function checkWebAddress(text: string, { allowPrivate = false, resolve }: AddressPolicy): Promise<URL> {
  if (!URL.canParse(text)) throw new TypeError('the address is not a URL')
  const url = new URL(text)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new TypeError('the address is not http or https')
  if (url.username !== '' || url.password !== '') throw new TypeError('the address holds credentials')
  if (url.port !== '' && Number(url.port) < 1024) throw new TypeError('the address has another privileged port')
  if (allowPrivate) return url
  // URL has turned every spelling of an IPv4 address into the plain one, and brackets stand around IPv6.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const literal = parseIpAddress(host)
  if (literal === undefined && isLocalName(host)) throw new TypeError('the host is a local name')
  const addresses = literal === undefined ? await resolve?.(host) : [host]
  for (const address of addresses ?? []) {
    const octets = parseIpAddress(address)
    if (octets === undefined || !isPublic(octets)) throw new TypeError('the host is not on the public internet')
  }
  if (addresses?.length === 0) throw new TypeError('the host has no address')
  return url
}
