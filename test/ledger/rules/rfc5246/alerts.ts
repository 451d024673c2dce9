import { inFile, kept, type Ledger, notOurs, otherwise } from '../../entry.js'
import {
  clientAuthentication,
  earlyData,
  everyState,
  model,
  mutual,
  resumed,
  rules,
  smack,
  splicing,
  truncation,
} from './tests.js'

const evicted = inFile('test/attacks/session-eviction.test.ts')
const halfOpen = inFile('test/adapters/half-open.test.ts')

const noReservedAlert = rules('no fault is told to the peer with an alert that TLS 1.2 reserves')

/** Alerts, and the handshake as a whole: RFC 5246 §7.2 to RFC 5246 §7.4. */
export const alerts5246: Ledger['sections'] = {
  '7.2': [
    kept(
      'A fatal alert ends the session too: nothing new is established from its id',
      resumed('forgets the session of a connection that failed, whichever side failed it'),
      resumed('is forgotten by its client when a connection of it fails'),
    ),
  ],
  '7.2.1': [
    kept(
      'A close_notify is answered with one, and the connection is closed; what was still to be written is dropped, unless ' +
        'the owner chooses to write on as later versions allow (`onPeerClose`)',
      truncation('a real close_notify is answered, and data behind it is not delivered'),
      halfOpen('Node: what was written before the peer closed still leaves, and close_notify follows it'),
    ),
  ],
  '7.2.2': [
    otherwise(
      'A connection that ended with a fatal alert is not resumed, and both sides forget its session, keys and secrets',
      'clients forget sessions of both kinds, and servers those of their store; a ticket is out of the hands of the ' +
        'server that issued it, which keeps nothing by which to refuse it (RFC 5077). To a server a session is that of a ' +
        "connection once its client's Finished was verified: whoever only shows an id that was overheard ends nothing",
      evicted('cannot end it by %s'),
      evicted('one that resumed it ends it as much as the one that made it'),
      resumed('is forgotten by its client when a connection of it fails'),
      resumed('forgets the session of a connection that failed, whichever side failed it'),
      inFile('test/machine/secrets.test.ts')('whenever %s, nothing is left'),
    ),
    otherwise(
      'A connection that ended with a fatal alert is never resumed',
      'as the rule before it: a ticket cannot be taken back',
      resumed('is forgotten by its client when a connection of it fails'),
      resumed('forgets the session of a connection that failed, whichever side failed it'),
    ),
    kept(
      'Whatever is fatal is told to the peer with its alert before the connection is closed',
      everyState('sends the alert of its fault, then the news, and afterwards nothing but forgets'),
    ),
    kept(
      'An alert after which the sender closes has the level fatal',
      splicing('records altered: every byte of one in turn'),
      smack('SMACK: skips %j'),
    ),
    kept(
      'A ciphertext that cannot be decrypted in any way gives bad_record_mac',
      splicing('records of %i bytes, too short to be any'),
      inFile('test/attacks/cbc.test.ts')('Lucky 13: %i bytes of ciphertext'),
    ),
    kept('The old alert decryption_failed is not sent', noReservedAlert),
    kept('The old alert no_certificate is not sent', noReservedAlert),
    kept('The old alert export_restriction is not sent', noReservedAlert),
  ],
  '7.3': [
    notOurs('Key exchanges agree on a secret that is long enough', 'for documents that define key exchanges'),
    kept(
      'A client that got a CertificateRequest sends a Certificate message, with nothing in it if need be',
      clientAuthentication('KCI: asked for %s, a client shows nothing'),
      mutual('keys of the kind %s'),
    ),
    kept(
      'No application data is sent before the first handshake is complete',
      earlyData('application data before Finished, to a client, before %s'),
      earlyData('application data before Finished, to a server, before %s'),
    ),
    kept(
      'In a resumption both sides go from the hellos to ChangeCipherSpec and Finished',
      resumed('leads both sides from the hellos to ChangeCipherSpec and Finished at once'),
    ),
  ],
  '7.4': [
    kept(
      'Handshake messages come in the order of the specification; any other order is fatal',
      model('accepts the messages that figure 1 draws, in their order'),
      model('$keyExchange, certificate status: $status'),
      model('$keyExchange, client authentication: $clientAuthentication'),
      smack('SMACK: the server swaps %s and %s'),
      smack('SMACK: the client swaps %s and %s'),
    ),
  ],
}
