import { definition, inFile, kept, type Ledger, notOurs, otherwise } from '../entry.js'

const rules = inFile('test/handshake/rules.test.ts')
const policies = inFile('test/attacks/policies.test.ts')
const resumed = inFile('test/resumption/rules.test.ts')

/** TLS Fallback Signaling Cipher Suite Value (SCSV) for Preventing Protocol Downgrade Attacks. */
export const rfc7507: Ledger = {
  rfc: '7507',
  sections: {
    '1': definition,
    '3': [
      kept(
        'A server that could do better than a client that fell back sends inappropriate_fallback',
        policies('to version %i is told that it need not have'),
        policies('to TLS 1.2 is welcome: there is nothing higher here'),
      ),
      kept(
        'The record of that alert has the version of the hello, or of the record that it came in',
        rules('is told so in a record of the version that its own had: %i'),
      ),
    ],
    '4': [
      kept(
        'A client that shows a session, under the version of it, does not say that it fell back',
        resumed('is no fallback: the hello that shows it does not say so (RFC 7507 §4)'),
      ),
      otherwise(
        'A client at the best version that it can do does not say that it fell back',
        'unasked it never does; an application that can do TLS 1.3 elsewhere, and falls back on this library, has the ' +
          'option `fallback` to say so',
        rules('says that it is a second attempt only where it is told so (RFC 7507 §4)'),
      ),
      notOurs(
        'A client that remembers the best version of a server forgets it upon inappropriate_fallback',
        'nothing is remembered of a server but sessions, which are all of TLS 1.2',
      ),
    ],
  },
}
