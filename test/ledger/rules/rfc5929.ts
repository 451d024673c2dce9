import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const bindings = inFile('test/interop/channel-bindings.test.ts')

const noUnsafeRenegotiation =
  'for applications over TLS without RFC 5746: here nothing is ever renegotiated with a peer that does not know it'

/** Channel Bindings for TLS. */
export const rfc5929: Ledger = {
  rfc: '5929',
  sections: {
    '2': definition,
    '3.1': [
      notOurs(
        'Servers ask for no renegotiation while the application authenticates',
        'for applications: the library renegotiates only when it is told to, and asks nobody unasked',
      ),
    ],
    '6': [
      notOurs(
        'A protocol that uses channel bindings names one that everybody implements',
        'for documents that define protocols',
      ),
    ],
    '7': [
      kept(
        'Applications on both sides can have the tls-unique binding of a connection',
        bindings('our client'),
        bindings('our server'),
      ),
    ],
    '10': [
      notOurs('Every renegotiation before authentication has changed keys', noUnsafeRenegotiation),
      notOurs('What a server said before authentication was complete is discarded', noUnsafeRenegotiation),
    ],
  },
}
