import { definition, inFile, kept, type Ledger, otherwise } from '../entry.js'

const clientHellos = inFile('test/attacks/client-hello.test.ts')
const serverHellos = inFile('test/attacks/server-hello.test.ts')
const rules = inFile('test/handshake/rules.test.ts')

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
    '3': [
      kept(
        'The suites are for TLS 1.2, not for what was before it',
        clientHellos('old versions: a client whose best is %s'),
      ),
      kept(
        'A client offers them only with TLS 1.2 or later, which is all that ours offer',
        rules('offers TLS 1.2 and null compression, and nothing else of either'),
      ),
      kept(
        'A server that goes on under an earlier version chooses none of them: ours never does',
        clientHellos('old versions: a client whose best is %s'),
      ),
      otherwise(
        'A client that sees them chosen under an earlier version refuses with illegal_parameter',
        'refused it is, but with protocol_version, which RFC 5246 Appendix E.1 asks for wherever the version is one that the ' +
          'client does not speak: the version is judged before anything else',
        serverHellos('ServerHello: the version of %s'),
      ),
    ],
  },
}
