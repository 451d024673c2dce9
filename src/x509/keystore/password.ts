import { Secret } from '../../bytes/secret.js'

const UTF8 = new TextEncoder()

/** The octets of a password for PKCS#5 and for traditional PEM (RFC 8018 §2 leaves them open; UTF-8 is what is used). */
const utf8Password = (password: string): Secret => new Secret(UTF8.encode(password))

/** The octets of a password for PKCS#12's own key derivation: UTF-16, big-endian, with two zeros at the end (RFC 7292 Appendix B.1). */
export function bmpPassword(password: string): Secret {
  const octets = new Uint8Array(2 * password.length + 2)
  for (let i = 0; i < password.length; i++) {
    const unit = password.charCodeAt(i)
    octets[2 * i] = unit >> 8
    octets[2 * i + 1] = unit & 0xff
  }
  return new Secret(octets)
}

/** A password in the spellings that the schemes of one file want. */
export interface Passwords {
  readonly utf8: Secret
  readonly bmp: Secret
}

/** Calls `f` with the spellings of a password and wipes them afterwards; the string itself is beyond wiping. */
export function withPasswords<T>(spellings: Passwords, f: (passwords: Passwords) => T): T {
  try {
    return f(spellings)
  } finally {
    spellings.utf8.wipe()
    spellings.bmp.wipe()
  }
}

export const spell = (password: string): Passwords => ({ utf8: utf8Password(password), bmp: bmpPassword(password) })
