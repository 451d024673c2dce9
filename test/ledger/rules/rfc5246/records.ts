import { definition, inFile, kept, type Ledger, notOurs, otherwise } from '../../entry.js'
import {
  cbcAttacks,
  clientAuthentication,
  everyState,
  keyChange,
  oversized,
  recordLimits,
  records,
  replaceable,
  roundTrip,
  rules,
  sequence,
  splicing,
} from './tests.js'

const cbc = inFile('test/record/cbc.test.ts')
const rsa = inFile('test/providers/rsa.test.ts')
const signatures = inFile('test/providers/signatures.test.ts')
const tampering = inFile('test/record/tampering.test.ts')
const whatwg = inFile('test/adapters/whatwg.test.ts')

/** The PRF and the record protocol: RFC 5246 §1 to RFC 5246 §6. */
export const records5246: Ledger['sections'] = {
  '1.1': definition,
  '1.2': [
    kept(
      'What other versions let pass in silence is told to the peer with an alert',
      everyState('sends the alert of its fault, then the news, and afterwards nothing but forgets'),
    ),
    kept(
      'A client that is asked for a certificate and has none sends an empty list instead',
      clientAuthentication('KCI: asked for %s, a client shows nothing'),
    ),
  ],
  '4.7': [
    kept(
      'An RSA signature holds its DigestInfo in DER',
      rsa('PKCS#1: two signatures are equal though blinded differently, and equal to those of node:crypto'),
    ),
    kept(
      'Where a hash has no parameters, the signer writes NULL for them',
      rsa('PKCS#1: two signatures are equal though blinded differently, and equal to those of node:crypto'),
      signatures('%s: node:crypto verifies ours, we verify its, changes are refused'),
    ),
    otherwise(
      'A verifier takes a DigestInfo with NULL parameters, and one that leaves them out',
      'only the encoding with NULL is taken, the one that signers must make: OpenSSL and WebCrypto, which two of the ' +
        'providers rest on, take no other, and comparing whole encodings leaves a forger nothing to hide in',
      rsa('refuses a DigestInfo that leaves out the NULL of its hash, which no signer may'),
      rsa('refuses a forged cube root under e = 3'),
    ),
  ],
  '5': [notOurs('New cipher suites say which PRF goes with them', 'for documents that define cipher suites')],
  '6': [
    kept(
      'Record types that are not defined are never sent unless an extension brought them',
      roundTrip('refuses to seal an unknown content type'),
    ),
    kept('A record type that nobody expects is answered with unexpected_message', records('unknown content type: %i')),
  ],
  '6.1': [
    kept(
      'The state in force moves on with every record',
      sequence('count in 64 bits'),
      tampering('replayed, reordered, left out or spliced'),
    ),
    kept(
      'New keys begin to count records at zero',
      sequence('begin again at zero with new keys, on one side as on the other'),
    ),
    kept(
      'The first record under a state has number 0',
      sequence('of AES-GCM: the explicit part is the sequence number (RFC 5288 §3)'),
      sequence('begin again at zero with new keys, on one side as on the other'),
    ),
  ],
  '6.2.1': [
    kept(
      'No plaintext fragment is longer than 2^14 bytes',
      oversized('a record over the limit is never sent'),
      recordLimits('unprotected: 2^14 passes, one more does not'),
    ),
    kept(
      'Handshake, alert and ChangeCipherSpec records are never sent empty',
      roundTrip('seals nothing as one empty record of application data, and of no other type'),
    ),
    kept(
      'Records leave in the order in which they were protected, or the receiver could not open them',
      whatwg('a reader that waits holds the writer back; 3 MB arrive whole'),
    ),
    kept(
      'Application data that arrives in the middle of a renegotiation is received',
      rules('is received by a client that has answered with its hello'),
      rules('is received by a server that has asked, until the hello comes'),
    ),
  ],
  '6.2.2': [
    notOurs(
      'What would decompress to more than 2^14 bytes is a fatal decompression_failure',
      'nothing is ever compressed here: null is the only method that is offered or chosen',
    ),
    kept(
      'A compressed fragment is at most 1024 bytes longer than the largest plain one; under null compression it has no more',
      oversized('a record over the limit: a plaintext of 2^14 + 1 bytes, well protected under %s'),
    ),
  ],
  '6.2.3': [
    kept(
      'A protected fragment has at most 2^14 + 2048 bytes',
      oversized('a record over the limit: %i bytes of ciphertext, from the header'),
    ),
  ],
  '6.2.3.2': [
    kept(
      'Nobody can foretell the IV of a CBC record',
      sequence('of CBC: every record has a fresh random IV (RFC 5246 §6.2.3.2)'),
    ),
    kept('Every padding byte says how long the padding is', roundTrip('byte for byte: %s')),
    kept(
      'The receiver looks at all of the padding',
      cbc('with any one byte wrong is refused, also where SSL 3.0 would not look (POODLE)'),
    ),
    kept('Wrong padding gives the same alert as a wrong MAC, bad_record_mac', cbcAttacks('POODLE, Lucky 13: %s')),
    kept('Padding fills up whole blocks', cbc('is as short as possible in what we seal')),
    kept(
      'A record takes as long to judge whether its padding is right or wrong: as far as JavaScript can tell, by the same ' +
        'hashing for all of one length',
      cbc('Lucky 13: the hashing of a record of a given length is the same whatever its padding says'),
    ),
  ],
  '6.2.3.3': [
    notOurs('An AEAD suite says how its nonces are made', 'for documents that define cipher suites'),
    notOurs(
      'An AEAD adds at most 1024 bytes',
      'for documents that define cipher suites; those that are here add 24 bytes at most',
    ),
    kept(
      'A record that does not decrypt is a fatal bad_record_mac',
      splicing('records altered: every byte of one in turn'),
    ),
  ],
  '7.1': [
    kept(
      'Whoever sends ChangeCipherSpec writes under the new keys from the next record on',
      replaceable('completes a mutual handshake, and says in which order to do what'),
    ),
    kept(
      'Nothing goes under the old keys once ChangeCipherSpec was sent; what the peer sends so is refused',
      keyChange('Finished in the clear behind ChangeCipherSpec, and protected before it'),
      replaceable('completes a mutual handshake, and says in which order to do what'),
    ),
  ],
}
