import { definition, inFile, kept, type Ledger } from '../entry.js'

const gcm = inFile('test/attacks/psk-records.test.ts')

/** Pre-Shared Key Cipher Suites for TLS with SHA-256/384 and AES Galois Counter Mode. */
export const rfc5487: Ledger = {
  rfc: '5487',
  sections: {
    '1.2': definition,
    '2': [
      kept(
        'Whatever goes wrong in opening a record of AES-GCM gives bad_record_mac',
        gcm('a record %s ends the connection with bad_record_mac'),
      ),
    ],
  },
}
