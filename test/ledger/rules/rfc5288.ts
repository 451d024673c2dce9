import { definition, inFile, kept, type Ledger, notOurs, otherwise } from '../entry.js'

const sequence = inFile('test/record/sequence-number.test.ts')
const splicing = inFile('test/attacks/splicing.test.ts')
const clientHellos = inFile('test/attacks/client-hello.test.ts')
const serverHellos = inFile('test/attacks/server-hello.test.ts')
const rules = inFile('test/handshake/rules.test.ts')

/** AES Galois Counter Mode (GCM) Cipher Suites for TLS. */
export const rfc5288: Ledger = {
  rfc: '5288',
  sections: {
    '2': definition,
    '3': [
      kept(
        'No explicit part of a nonce comes twice under one key',
        sequence('of AES-GCM: the explicit part is the sequence number (RFC 5288 §3)'),
        sequence('of %s: none comes twice under one key, up to the last sequence number'),
      ),
      kept(
        'Whatever goes wrong in opening a record gives bad_record_mac',
        splicing('records altered: every byte of one in turn'),
        splicing('records of %i bytes, too short to be any'),
      ),
    ],
    '4': [
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
    '6.2': [
      kept(
        'Several encryptors under one key never use the same nonce: here there is one, which counts',
        sequence('of %s: none comes twice under one key, up to the last sequence number'),
      ),
      notOurs(
        'Fields that tell encryptors apart are of one length',
        'a connection has one encryptor, and no such field',
      ),
    ],
  },
}
