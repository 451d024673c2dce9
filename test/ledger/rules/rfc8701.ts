import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const chosen = inFile('test/extensions/grease-chosen.test.ts')
const control = inFile('test/extensions/hello-control.test.ts')

const refused = [
  chosen('a version is refused'),
  chosen('the very suite and extension that were offered are refused'),
  chosen('every reserved group and scheme in ServerKeyExchange is refused'),
  chosen('an application protocol is refused'),
]
const passedOver = chosen(
  'in every list of a ClientHello a server passes over them, and fails where there is nothing beside them',
)
const inRequest = chosen('in CertificateRequest they are passed over, and what is beside them is used')
const tls13 = 'servers offer such values in messages of TLS 1.3 only, and this library speaks TLS 1.2'

export const rfc8701: Ledger = {
  rfc: '8701',
  sections: {
    '1.1': definition,
    '3.1': [
      kept('a client refuses a reserved value that a server chose', ...refused),
      kept('wherever it stands in the messages listed, the connection ends', ...refused),
    ],
    '3.2': [
      kept('to a server a reserved value is a value that it does not know', passedOver),
      kept('a server chooses none of them', passedOver),
      kept(
        'what a server does not know in ClientHello it passes over, and looks at the rest',
        passedOver,
        control('offers reserved values where asked to, and our own server passes over them'),
      ),
    ],
    '4.1': [
      notOurs('a server refuses a reserved value that a client chose', tls13),
      notOurs('wherever it stands in the messages listed, the connection ends', tls13),
    ],
    '4.2': [
      kept('to a client a reserved value in CertificateRequest is one that it does not know', inRequest),
      kept('a client chooses none of them', inRequest),
      kept('what a client does not know there it passes over, and looks at the rest', inRequest),
    ],
    '5': [
      kept(
        'with such values a hello still obeys the protocol: no extension type stands in it twice',
        control('offers reserved values where asked to, and our own server passes over them'),
      ),
    ],
  },
}
