import { definition, inFile, kept, type Ledger } from '../entry.js'

const raw = inFile('test/extensions/raw-public-keys.test.ts')
const rules = inFile('test/extensions/rules.test.ts')

const byDefault = raw(
  'nobody speaks of it by default, and a server for which all is X.509 does not answer (RFC 7250 §4.1)',
)
const nothingToShow = rules('a client offers no type of which it has nothing to show (RFC 7250 §4.1)')
const notAsked = rules('a server that will not ask for a certificate does not answer (RFC 7250 §4.2)')
const onTheWire = raw('on the wire the key stands alone, with one length in front (RFC 7250 §3)')

export const rfc7250: Ledger = {
  rfc: '7250',
  sections: {
    '2': definition,
    '3': [
      kept(
        'a bare key in Certificate is a SubjectPublicKeyInfo in DER',
        onTheWire,
        raw('what is no SubjectPublicKeyInfo is refused'),
      ),
    ],
    '4.1': [
      kept('a client offers no client_certificate_type of which it has nothing to show', nothingToShow),
      kept('one that has X.509 alone leaves the extension out', nothingToShow, byDefault),
      kept(
        'a client offers no server_certificate_type that it cannot judge',
        raw('a chain in the place of a key is no key, and the other way round'),
        raw('both sides show bare keys, and pins of keys accept them'),
      ),
      kept('one that judges X.509 alone leaves that extension out', byDefault),
    ],
    '4.2': [
      kept('a server that asks for a certificate says in ServerHello of which type', notAsked),
      kept(
        'the type is one that the client named',
        notAsked,
        raw('nothing in common is unsupported_certificate (RFC 7250 §4.2)'),
      ),
      kept('a server that answers client_certificate_type sends CertificateRequest', notAsked),
      kept(
        'a server that will not ask, or shares no type, does not answer',
        notAsked,
        rules('a server that uses a pre-shared key does not either, whatever it asks of others'),
        raw('where the client may go without, nothing in common is left unsaid'),
      ),
      kept('a server that chose a bare key puts it into Certificate', onTheWire),
    ],
  },
}
