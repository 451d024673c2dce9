import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const rules = inFile('test/renegotiation/rules.test.ts')
const policy = inFile('test/renegotiation/policy.test.ts')
const injection = inFile('test/attacks/renegotiation-injection.test.ts')
const serverHello = inFile('test/attacks/server-hello.test.ts')
const clientHello = inFile('test/attacks/client-hello.test.ts')
const control = inFile('test/extensions/hello-control.test.ts')

const clientSays = rules(
  'a client names nothing at first, its last verify_data afterwards, and never the signalling suite',
)
const scsvAnswered = rules(
  'a server answers the signalling suite with an empty renegotiation_info, and with nothing else',
)
const bothNamed = rules('a server answers a renegotiation with the verify_data of both')
const clientTells = rules('is told by a client under "%s" that there is no renegotiation (RFC 5746 §4.2)')
const serverTells = rules('is told by a server under "%s" that there is no renegotiation (RFC 5746 §4.4)')
const infoWrong = serverHello('renegotiation_info that is not empty, or missing')
const firstInfoWrong = clientHello('renegotiation_info that is not empty')
const clientRefuses = injection('the client refuses %s')
const clientMisses = injection('the client refuses a hello without renegotiation_info')
const besideScsv = injection('the right verify_data beside the signalling suite')
const serverRefuses = injection('%s')

const neverLegacy = 'no policy renegotiates with a server that does not know the extension: it is told no_renegotiation'
const neverLegacyServer = 'no policy lets a client without the extension renegotiate: it is told no_renegotiation'

export const rfc5746: Ledger = {
  rfc: '5746',
  sections: {
    '2': definition,
    '3.4': [
      kept('a first ClientHello signals support by the empty extension or by the suite', clientSays),
      kept('the client looks for the extension in ServerHello', infoWrong),
      kept('what the extension holds in a first ServerHello has no bytes', infoWrong),
      kept('bytes in it end a first handshake with handshake_failure', infoWrong),
    ],
    '3.5': [
      kept('a renegotiating client names its last verify_data', clientSays),
      kept(
        'the signalling suite stays out of a renegotiation',
        clientSays,
        rules('an application must not unbind a renegotiation by arranging the hello'),
      ),
      kept('a client looks for the extension in the second ServerHello', clientMisses),
      kept('without it the client ends the handshake', clientMisses),
      kept(
        'it must hold the verify_data of the client, then of the server',
        clientRefuses,
        policy('freely: follows every wish'),
      ),
      kept('anything else in it ends the handshake', clientRefuses),
    ],
    '3.6': [
      kept('a server looks for the signalling suite', scsvAnswered),
      kept('a server looks for the extension', firstInfoWrong, scsvAnswered),
      kept('in a first ClientHello the extension holds no bytes', firstInfoWrong),
      kept(
        'bytes in it end the handshake',
        firstInfoWrong,
        injection("the honest server that is shown the victim's second hello as a first one refuses"),
      ),
      kept('a client that signalled support finds the empty extension in ServerHello', scsvAnswered, bothNamed),
      kept(
        'extensions that a server does not know are passed over',
        control('what of TLS 1.3 a client offers besides is passed over'),
      ),
      kept('a version above ours is answered with ours', clientHello('newer versions are answered with TLS 1.2')),
      kept('this one aside, a server answers no extension that was not offered', scsvAnswered),
    ],
    '3.7': [
      kept('a renegotiating ClientHello is searched for the signalling suite', besideScsv, serverRefuses),
      kept('the suite in it ends the handshake', besideScsv, serverRefuses),
      kept('a renegotiating ClientHello is searched for the extension', serverRefuses),
      kept('without the extension the handshake ends', serverRefuses),
      kept('the extension holds the last verify_data of the client', serverRefuses, bothNamed),
      kept('another value ends the handshake', serverRefuses),
      kept('ServerHello holds the verify_data of both sides', bothNamed),
    ],
    '4.1': [kept('a client that insists on the extension leaves with handshake_failure', infoWrong)],
    '4.2': [
      kept('a client that declines a server without the extension says no_renegotiation', clientTells),
      notOurs('a client that does renegotiate with such a server keeps to the section', neverLegacy),
      notOurs('a client that renegotiates with it signals support all the same', neverLegacy),
      notOurs('the second ServerHello of such a server is searched for the extension', neverLegacy),
      notOurs('the extension in it ends the handshake', neverLegacy),
    ],
    '4.3': [
      kept('a server that refuses to renegotiate answers the extension in first handshakes', scsvAnswered, bothNamed),
    ],
    '4.4': [
      kept('renegotiation without the extension follows this section where it is let at all', serverTells),
      notOurs('the second ClientHello is searched for the signalling suite', neverLegacyServer),
      notOurs('the suite in it ends the handshake', neverLegacyServer),
      notOurs('the second ClientHello is searched for the extension', neverLegacyServer),
      notOurs('the extension in it ends the handshake', neverLegacyServer),
    ],
    '4.5': [
      notOurs('clients of SSL 3.0 take the extension from servers of that version', 'SSL 3.0 is not spoken'),
      notOurs('servers of SSL 3.0 take and answer the signalling', 'SSL 3.0 is not spoken'),
    ],
  },
}
