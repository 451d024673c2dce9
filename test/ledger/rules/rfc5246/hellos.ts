import { inFile, kept, type Ledger, notOurs } from '../../entry.js'
import {
  clientHellos,
  helloControl,
  honest,
  renegotiation,
  resumed,
  rules,
  serverHellos,
  smack,
  trailing,
} from './tests.js'

const roundTrips = inFile('test/messages/round-trip.test.ts')

/** Hellos and their extensions: RFC 5246 §7.4.1. */
export const hellos5246: Ledger['sections'] = {
  '7.4.1.1': [
    kept(
      'A HelloRequest is in no hash of the handshake',
      smack('SMACK: a HelloRequest in mid-handshake is no way around a message, and no part of the transcript'),
    ),
  ],
  '7.4.1.2': [
    kept(
      'Session ids hold nothing confidential, and made-up ones do no harm',
      resumed('has sessions under ids that say nothing: 32 random bytes, fresh for each'),
    ),
    kept(
      'A server passes over cipher suites that it does not know or does not want',
      helloControl('offers reserved values where asked to, and our own server passes over them'),
    ),
    kept(
      'A client that shows a session offers the suite of it',
      resumed('is shown with its own suite and null compression among those offered'),
      resumed('is not shown where its suite would not be offered'),
    ),
    kept(
      'A client that shows a session offers the compression method of it',
      resumed('is shown with its own suite and null compression among those offered'),
    ),
    kept(
      'Every client offers null compression',
      rules('offers TLS 1.2 and null compression, and nothing else of either'),
      clientHellos('null compression is missing: %s'),
    ),
    kept('Everybody can do null compression', clientHellos('CRIME: DEFLATE first is answered with null')),
    kept(
      'A server takes a ClientHello with extensions, and one without',
      rules('answers a hello without extensions without any, and connects'),
      honest('$name'),
    ),
    kept(
      'A server checks that a message has just the bytes that its form has',
      trailing('trailing data in %s, to a server (%j)'),
      trailing('trailing data in hellos without extensions'),
      trailing('a message that is cut short inside its own length'),
    ),
    kept(
      'One that has not is refused with a fatal decode_error',
      trailing('trailing data in %s, to a server (%j)'),
      roundTrips('is refused when cut at any byte or one byte too long'),
    ),
  ],
  '7.4.1.3': [
    kept(
      'The random of a server owes nothing to that of the client',
      rules('has a random of its own, whatever the client says'),
    ),
    kept(
      'A client is ready for a full handshake whenever it begins one, under another suite too',
      resumed('is declined by a full handshake, under another suite too'),
      renegotiation('freely: follows every wish'),
    ),
  ],
  '7.4.1.4': [
    kept(
      'A server answers no extension that the client did not send',
      rules('has no extension that the client did not send, and never signature_algorithms'),
      helloControl('a server answers an extra extension only where it was offered'),
    ),
    kept(
      'A client that is answered with an extension it did not send aborts with unsupported_extension',
      serverHellos('ServerHello: an extension not offered, %s'),
    ),
    kept(
      'No extension occurs twice in a hello',
      rules('has no extension twice'),
      clientHellos('duplicate extensions in a ClientHello: %s'),
      serverHellos('duplicate extensions in a ServerHello: %s'),
    ),
  ],
  '7.4.1.4.1': [
    kept(
      'The signature algorithm "anonymous" is never among those accepted',
      rules('names what it accepts as signatures, none of them anonymous'),
    ),
    kept(
      'A client that accepts more than the old defaults says which pairs of hash and signature',
      rules('names what it accepts as signatures, none of them anonymous'),
      serverHellos('signature scheme not offered: one that the victim left out'),
    ),
    kept(
      'For a client that does not say, the server takes SHA-1 with the signature of the key exchange; ours does so only ' +
        'where it was configured to sign under SHA-1, and else finds nothing in common',
      rules('is under SHA-1 for a client that names no scheme, where the server allows it: %s'),
      clientHellos('SLOTH: a client that names no algorithms accepts SHA-1, which this server does not do'),
    ),
    notOurs(
      'A client that also offers an earlier version leaves the extension out',
      'no client here ever offers anything but TLS 1.2',
    ),
    kept(
      'A server does not send this extension',
      rules('has no extension that the client did not send, and never signature_algorithms'),
    ),
    kept(
      'A server understands this extension when it receives it',
      rules('is under the one scheme that the client accepts: %s'),
    ),
  ],
}
