import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const psk = inFile('test/handshake/psk.test.ts')

/** Pre-Shared Key Ciphersuites for Transport Layer Security (TLS). */
export const rfc4279: Ledger = {
  rfc: '4279',
  sections: {
    '1.2': definition,
    '5.1': [
      kept(
        'The name of a key is a string of characters, and travels as UTF-8',
        psk('a name is a string of characters, sent as UTF-8 (RFC 4279 §5.1)'),
      ),
    ],
    '5.2': [
      kept(
        'A client pays no heed to the hint unless its application knows what it means',
        psk('a client that was only given keys uses its first one, whatever the hint'),
      ),
      notOurs(
        'An application that uses the hint says what it holds, how it is chosen and what becomes of it',
        'for applications; what one of them makes of the hint is up to its `selectPsk`',
      ),
    ],
    '5.3': [
      kept(
        'Names of up to 128 bytes and keys of up to 64 bytes work, whatever is in them',
        psk('keys of 64 and names of 128 bytes work (RFC 4279 §5.3)'),
      ),
    ],
    '5.4': [
      notOurs(
        'Whoever enters keys by hand can enter names of 128 characters, and keys of 64 bytes as text and in hexadecimal',
        'for management interfaces: keys come from the program that uses the library, which has no interface to enter them',
      ),
    ],
  },
}
