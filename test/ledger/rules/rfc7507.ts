import { definition, inFile, kept, type Ledger, notOurs, otherwise } from '../entry.js'

const rules = inFile('test/handshake/rules.test.ts')
const resumed = inFile('test/resumption/rules.test.ts')

/** TLS Fallback Signaling Cipher Suite Value (SCSV) for Preventing Protocol Downgrade Attacks. */
export const rfc7507: Ledger = {
  rfc: '7507',
  sections: {
    '1': definition,
    '3': [
      kept(
        'A server that could do better than a client that fell back sends inappropriate_fallback, or protocol_version where ' +
          'it does not do that version at all: below TLS 1.2 ours does none',
        rules(
          'is given to a client at TLS 1.2 that fell back; one at TLS 1.1 is refused for its version (RFC 7507 §3)',
        ),
      ),
      notOurs(
        'The record of that alert has the version of the hello or of the record that it came in',
        'inappropriate_fallback is never sent: with one version there is no better one to tell of',
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
