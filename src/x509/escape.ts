import { toHex } from '../bytes/convert.js'

const LONGEST = 200

const encoder = new TextEncoder()

const escapeOctets = (text: string): string => toHex(encoder.encode(text)).replace(/../g, '\\$&')

/**
 * Text of a peer made fit to be shown: whatever is not a visible character or a plain space (controls, line ends, direction
 * marks, private and unassigned characters) becomes `\` and two hexadecimal digits for each of its UTF-8 octets, and
 * what is longer than 200 characters is cut.
 */
export function showText(text: string): string {
  const shown = text.length > LONGEST ? `${text.slice(0, LONGEST).replace(/[\ud800-\udbff]$/, '')}…` : text
  return shown.replace(/[^\P{C}]|[^ \P{Z}]/gu, escapeOctets)
}

/** The same for a value inside a distinguished name, whose punctuation is escaped too (as in RFC 4514). */
export function escapeAttributeValue(value: string): string {
  return showText(value.replace(/[\\"+,;<>=]|^[ #]|^ | $/g, '\\$&'))
}
