import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const extension = inFile('test/extensions/encrypt-then-mac.test.ts')
const record = inFile('test/record/encrypt-then-mac.test.ts')
const renegotiation = inFile('test/renegotiation/rules.test.ts')

export const rfc7366: Ledger = {
  rfc: '7366',
  sections: {
    '1.1': definition,
    '2': [
      kept(
        'the order changes only where both hellos have the extension',
        extension('stays away where %s has it off'),
        extension('is agreed on by default where a CBC suite is, and data passes'),
      ),
    ],
    '3': [
      kept(
        'a server that chooses a suite without a block cipher does not answer',
        extension('is not offered without a CBC suite, and not answered where another kind is chosen (RFC 7366 §3)'),
      ),
      kept(
        'a wrong MAC is the fatal bad_record_mac',
        record('decrypts nothing whose MAC is wrong, whatever its padding'),
      ),
      notOurs('over datagrams such a record is dropped', 'datagrams are not carried'),
    ],
    '3.1': [
      kept(
        'no renegotiation leads back to the MAC beneath the cipher',
        renegotiation('a server does not go back from it'),
        renegotiation('a server does not go back from it by way of AEAD either'),
        renegotiation('a client does not go back from it'),
      ),
    ],
  },
}
