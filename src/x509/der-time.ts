/** Days from 1970-01-01 of a date of the proleptic Gregorian calendar; `Date.UTC` would take years 0 to 99 for 1900 to 1999. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return (
    365 * shifted +
    Math.floor(shifted / 4) -
    Math.floor(shifted / 100) +
    Math.floor(shifted / 400) +
    dayOfYear -
    719_468
  )
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysIn = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31

const Z = 0x5a

/** Two decimal digits, or NaN. */
function pair(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - 0x30
  const ones = (bytes[at + 1] ?? 0) - 0x30
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** Milliseconds since the epoch of `MMDDHHMMSSZ` at `at` in a known year, or `undefined` for anything else. */
function restOfTime(bytes: Uint8Array, at: number, year: number): number | undefined {
  const month = pair(bytes, at)
  const day = pair(bytes, at + 2)
  const hour = pair(bytes, at + 4)
  const minute = pair(bytes, at + 6)
  const second = pair(bytes, at + 8)
  // Written so that NaN fails each of them. A leap second has no place in a certificate: 60 is refused.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined
  if (!(hour <= 23 && minute <= 59 && second <= 59) || bytes[at + 10] !== Z) return undefined
  return (((daysFromEpoch(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1000
}

export const UTC_TIME_LENGTH = 13
const GENERALIZED_TIME_LENGTH = 15

/**
 * The contents of a UTCTime as milliseconds since the epoch, in its one form YYMMDDHHMMSSZ: years 50 to 99 are of the 20th
 * century (RFC 5280 §4.1.2.5.1). `undefined` for anything else.
 */
export function readUtcTime(contents: Uint8Array): number | undefined {
  return contents.length === UTC_TIME_LENGTH ? utcTimeAt(contents, 0) : undefined
}

/** The same of the 13 octets at `at`: a CRL has so many times that a view of each would cost more than reading it. */
export function utcTimeAt(bytes: Uint8Array, at: number): number | undefined {
  const year = pair(bytes, at)
  return restOfTime(bytes, at + 2, year + (year >= 50 ? 1900 : 2000))
}

/**
 * The contents of a GeneralizedTime as milliseconds since the epoch, in its one form YYYYMMDDHHMMSSZ: no fractions, no
 * offsets (RFC 5280 §4.1.2.5.2). `undefined` for anything else.
 */
export function readGeneralizedTime(contents: Uint8Array): number | undefined {
  if (contents.length !== GENERALIZED_TIME_LENGTH) return undefined
  return restOfTime(contents, 4, pair(contents, 0) * 100 + pair(contents, 2))
}
