/** One decimal octet of a dotted quad: no leading zeros, which some readers take for octal. */
const OCTET = /^(?:0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])$/

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => OCTET.test(part)) ? parts.map(Number) : undefined
}

/** The octets of colon-separated groups; the last group may be a dotted quad where `mayEndInIpv4`. */
function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return []
  const octets: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16)
      octets.push(value >> 8, value & 0xff)
      continue
    }
    const quad = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined
    if (quad === undefined) return undefined
    octets.push(...quad)
  }
  return octets
}

function parseIpv6(text: string): number[] | undefined {
  const halves = text.split('::')
  const [left = '', right] = halves
  if (halves.length > 2) return undefined
  const before = parseGroups(left, right === undefined)
  const after = right === undefined ? [] : parseGroups(right, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 16 - before.length - after.length
  // `::` stands for at least one group of zeros.
  if (right === undefined ? missing !== 0 : missing < 2) return undefined
  return [...before, ...new Array<number>(missing).fill(0), ...after]
}

/**
 * The 4 or 16 octets of an IP literal, or `undefined`. Only the plain forms of RFC 3986 §3.2.2 count: `010.1.2.3`, `10.1`,
 * `0x7f.1` and zone identifiers, which other readers turn into addresses that nobody meant, do not.
 */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const octets = text.includes(':') ? parseIpv6(text) : parseIpv4(text)
  return octets === undefined ? undefined : Uint8Array.from(octets)
}

/** The usual text of 4 or 16 octets: the longest run of zero groups is shortened, the first of several. */
export function formatIpAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.')
  const groups: string[] = []
  for (let i = 0; i < octets.length; i += 2) {
    groups.push((((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0)).toString(16))
  }
  const text = groups.join(':')
  const runs = text.match(/(?<![^:])0(?::0)+(?![^:])/g) ?? []
  const longest = runs.reduce((best, found) => (found.length > best.length ? found : best), '')
  if (longest === '') return text
  const at = text.search(new RegExp(`(?<![^:])${longest}(?![^:])`))
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`
}
