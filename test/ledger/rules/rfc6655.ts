import { definition, inFile, kept, type Ledger } from '../entry.js'
import { aeadVersions } from './aead-versions.js'

const sequence = inFile('test/record/sequence-number.test.ts')

/** AES-CCM Cipher Suites for Transport Layer Security (TLS). */
export const rfc6655: Ledger = {
  rfc: '6655',
  sections: {
    '2': definition,
    '3': [
      kept(
        'No explicit part of a nonce comes twice under one key',
        sequence('of AES-CCM likewise (RFC 6655 §3)'),
        sequence('of %s: none comes twice under one key, up to the last sequence number'),
      ),
    ],
    '5': aeadVersions,
  },
}
