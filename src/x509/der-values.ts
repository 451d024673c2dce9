import type { CertificateFault } from './certificate-error.js'
import {
  decodeBmp,
  decodeUniversal,
  decodeUtf8,
  isIa5String,
  isNumericString,
  isPrintableString,
  isVisibleString,
} from './der-strings.js'
import { readGeneralizedTime, readUtcTime } from './der-time.js'

/** What is wrong with the contents of a primitive element, if anything. */
type ValueCheck = (contents: Uint8Array) => CertificateFault | undefined

const integer: ValueCheck = (contents) => {
  const [first, second = 0] = contents
  if (first === undefined) return 'bad_integer'
  if (contents.length === 1) return undefined
  return (first === 0 && second < 0x80) || (first === 0xff && second >= 0x80) ? 'bad_integer' : undefined
}

const bitString: ValueCheck = (contents) => {
  const [unused] = contents
  if (unused === undefined || unused > 7) return 'bad_bit_string'
  if (unused === 0) return undefined
  const last = contents.length > 1 ? (contents[contents.length - 1] ?? 0) : 0xff
  return (last & ((1 << unused) - 1)) === 0 ? undefined : 'bad_bit_string'
}

const objectIdentifier: ValueCheck = (contents) => {
  let begins = true
  for (const octet of contents) {
    if (begins && octet === 0x80) return 'bad_object_identifier'
    begins = octet < 0x80
  }
  return begins && contents.length > 0 ? undefined : 'bad_object_identifier'
}

const text =
  (isWellFormed: (contents: Uint8Array) => boolean): ValueCheck =>
  (contents) =>
    isWellFormed(contents) ? undefined : 'bad_string'

const time =
  (read: (contents: Uint8Array) => number | undefined): ValueCheck =>
  (contents) =>
    read(contents) === undefined ? 'bad_time' : undefined

const anything: ValueCheck = () => undefined

const checks: Readonly<Record<number, ValueCheck>> = {
  1: (contents) => (contents.length === 1 && (contents[0] === 0 || contents[0] === 0xff) ? undefined : 'bad_boolean'),
  2: integer,
  3: bitString,
  4: anything,
  5: (contents) => (contents.length === 0 ? undefined : 'bad_null'),
  6: objectIdentifier,
  10: integer,
  12: text((contents) => decodeUtf8(contents) !== undefined),
  18: text(isNumericString),
  19: text(isPrintableString),
  20: anything,
  22: text(isIa5String),
  23: time(readUtcTime),
  24: time(readGeneralizedTime),
  26: text(isVisibleString),
  27: anything,
  28: text((contents) => decodeUniversal(contents) !== undefined),
  30: text((contents) => decodeBmp(contents) !== undefined),
}

/**
 * Checks for the universal types of primitive form that certificates, revocation lists and OCSP may hold, by tag number.
 * TeletexString and GeneralString (20, 27) are among them because old authorities and Kerberos names use them; nobody
 * agrees on their characters, so none is refused.
 */
export const valueChecks: readonly (ValueCheck | undefined)[] = Array.from({ length: 32 }, (_, tag) => checks[tag])
