import type { Protection } from './protection.js'

/** The protection that every connection begins with: none (RFC 5246 §6.1). */
export const nullProtection: Protection = {
  sealedLength: (length) => length,
  seal: (_pseudoHeader, plaintext, output, at) => output.set(plaintext, at),
  open: (_pseudoHeader, sealed) => sealed,
  wipe: () => {},
}
