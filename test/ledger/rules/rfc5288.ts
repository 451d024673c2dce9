import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'
import { aeadVersions } from './aead-versions.js'

const sequence = inFile('test/record/sequence-number.test.ts')
const splicing = inFile('test/attacks/splicing.test.ts')

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
    '4': aeadVersions,
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
