/** Characters of PrintableString (X.680 §41.4), by code. */
const printable = new Uint8Array(128)
for (const character of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?") {
  printable[character.charCodeAt(0)] = 1
}

export function isPrintableString(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (printable[byte] !== 1) return false
  return true
}

export function isNumericString(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0x20 && (byte < 0x30 || byte > 0x39)) return false
  return true
}

export function isIa5String(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte > 0x7f) return false
  return true
}

export function isVisibleString(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte < 0x20 || byte > 0x7e) return false
  return true
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text of a UTF8String; `undefined` where it is no well-formed UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  // Nearly all names are ASCII, for which the decoder's call costs more than the look.
  if (bytes.length < 64 && isIa5String(bytes)) return latin1(bytes)
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

/** One character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

const isSurrogate = (code: number): boolean => code >= 0xd800 && code <= 0xdfff

/** The text of a BMPString (two octets a character, no surrogates), or `undefined`. */
export const decodeBmp = (bytes: Uint8Array): string | undefined => decodeFixed(bytes, 2)

/** The text of a UniversalString (four octets a character), or `undefined`. */
export const decodeUniversal = (bytes: Uint8Array): string | undefined => decodeFixed(bytes, 4)

function decodeFixed(bytes: Uint8Array, width: 2 | 4): string | undefined {
  if (bytes.length % width !== 0) return undefined
  let text = ''
  for (let at = 0; at < bytes.length; at += width) {
    let code = 0
    for (let i = at; i < at + width; i++) code = code * 256 + (bytes[i] ?? 0)
    if (code > 0x10ffff || isSurrogate(code)) return undefined
    text += String.fromCodePoint(code)
  }
  return text
}

const decoders: Readonly<Record<number, (bytes: Uint8Array) => string | undefined>> = {
  12: decodeUtf8,
  18: latin1,
  19: latin1,
  20: latin1,
  22: latin1,
  26: latin1,
  28: decodeUniversal,
  30: decodeBmp,
}

/** The text of a string of any type that names hold, by tag; `undefined` for another type or a malformed one. */
export const decodeDirectoryString = (tag: number, contents: Uint8Array): string | undefined =>
  decoders[tag]?.(contents)
