import { definition, inFile, kept, type Ledger, otherwise } from '../entry.js'
import { aeadVersions } from './aead-versions.js'

const serverHellos = inFile('test/attacks/server-hello.test.ts')

/** AES-CCM Elliptic Curve Cryptography (ECC) Cipher Suites for TLS. */
export const rfc7251: Ledger = {
  rfc: '7251',
  sections: {
    '1.1': definition,
    '2': [
      kept(
        'Uncompressed points are understood',
        inFile('test/attacks/points.test.ts')('honest points of %s pass'),
        serverHellos('ServerHello: points that are compressed only'),
      ),
      otherwise(
        'The certificate of a server holds a key for ECDSA, and is itself signed with ECDSA',
        'the key is one for ECDSA or EdDSA, as RFC 8422 §2 has it; who signed the certificate, and how, is left to the ' +
          'verifier: RFC 8422 took that half of the rule back, in the place of the RFC 4492 that is quoted here',
        serverHellos('a certificate whose key cannot serve the suite'),
      ),
    ],
    '3': aeadVersions,
  },
}
