import { inFile, kept, type Ledger, notOurs } from '../../entry.js'
import {
  bleichenbacher,
  clientAuthentication,
  clientHellos,
  finished,
  honest,
  model,
  mutual,
  recordings,
  recordLimits,
  rules,
  serverHellos,
  smack,
  version2,
} from './tests.js'

const nobleRsa = inFile('test/providers/noble-rsa.test.ts')
const preMaster = inFile('test/providers/pre-master.test.ts')

const noFixedKeys = 'a client never proves itself by a fixed Diffie-Hellman key here, and no server asks it to'
const noSsl2Servers =
  'for clients that want to reach servers of SSL 2.0, which RFC 6176 has forbidden since: none here does'

/** ClientKeyExchange to Finished, and the appendices: RFC 5246 §7.4.7 on. */
export const keys5246: Ledger['sections'] = {
  '7.4.7': [
    kept(
      "ClientKeyExchange comes straight behind the client's Certificate",
      model('$keyExchange, client authentication: $clientAuthentication'),
      smack('SMACK: the client swaps %s and %s'),
    ),
    kept(
      'Where there is no Certificate, ClientKeyExchange is what a client says first behind ServerHelloDone',
      model('$keyExchange, client authentication: $clientAuthentication'),
      smack('SMACK: a certificate that nobody asked for'),
    ),
    notOurs('Under fixed Diffie-Hellman the message is sent all the same', noFixedKeys),
    notOurs('Under fixed Diffie-Hellman the message is empty', noFixedKeys),
  ],
  '7.4.7.1': [
    kept('A client puts the version of its hello into the pre-master secret', honest('$name')),
    kept('A server compares the version in the pre-master secret', bleichenbacher('Bleichenbacher: %s')),
    kept(
      'Neither bad encryption nor a wrong version in it brings an alert of its own',
      bleichenbacher('Bleichenbacher: %s'),
      bleichenbacher('ROBOT: a device that %s looks like bad padding'),
    ),
    kept(
      'The handshake goes on under a random secret instead',
      bleichenbacher('Bleichenbacher: the substitute is not to be guessed, %s'),
    ),
    kept(
      'The encrypted secret has its length in front, which SSL 3.0 left out',
      bleichenbacher('what is malformed before anything is decrypted says nothing about the padding'),
      recordings('has key exchange messages whose bodies decode and encode to the same bytes'),
    ),
    kept(
      'Static RSA keys are blinded, or guarded against timing in another way: noble keys by blinding of ours, the others ' +
        'by the library that holds them',
      nobleRsa('is the power with d, whatever the blinding'),
      nobleRsa('never raises the message itself, nor twice to the same exponent'),
      preMaster('minds every single octet of the padding, and none of the secret'),
    ),
  ],
  '7.4.7.2': [notOurs('Where Yc is in the certificate, the message is empty', noFixedKeys)],
  '7.4.8': [
    kept(
      'CertificateVerify comes straight behind ClientKeyExchange',
      smack('SMACK: the client swaps %s and %s'),
      model('$keyExchange, client authentication: $clientAuthentication'),
    ),
    kept(
      'A client signs under a pair of hash and signature that the server named',
      clientAuthentication('SLOTH: CertificateVerify signed under %s'),
      clientAuthentication('SLOTH: asked for MD5 and SHA-1 signatures only, a client shows nothing'),
    ),
    kept(
      "Hash and signature go with the key in the client's certificate",
      clientAuthentication('a scheme of another kind of key than the certificate holds'),
    ),
  ],
  '7.4.9': [
    kept(
      'Whoever receives a Finished compares it with what it must be',
      finished('Finished of the server, %s'),
      finished('Finished of the client, %s'),
      finished('Finished from another transcript: message %i is missing in it'),
    ),
    kept(
      'The handshake is hashed with the hash that the PRF uses',
      recordings('has the Finished messages that %s computes'),
      mutual('$name'),
    ),
    notOurs(
      'A suite with a PRF of its own also names the hash for Finished',
      'for documents that define cipher suites',
    ),
    kept(
      'Finished has 12 bytes at least; under all suites that are here, 12',
      finished('Finished of the server, %s'),
      finished('Finished of the client, %s'),
    ),
  ],
  '9': [
    kept(
      'TLS_RSA_WITH_AES_128_CBC_SHA is there; it has to be asked for, since better ones are the default',
      mutual('$name'),
    ),
  ],
  'Appendix A.5': [
    kept(
      'The null suite that a connection begins with is never negotiated',
      serverHellos('ServerHello: a suite not offered, %s'),
      rules('does not choose the null suite'),
    ),
    kept(
      'Anonymous suites are not used unless an application asks for them: here it cannot',
      rules('knows no suite without authentication or without encryption'),
      clientHellos('no shared suite: %s'),
    ),
  ],
  'Appendix E.1': [
    kept(
      'A client whose server chose a version that it does not speak closes with protocol_version',
      serverHellos('ServerHello: the version of %s'),
    ),
    kept(
      'A server answers a client that could do more with the best that it can itself',
      clientHellos('newer versions are answered with TLS 1.2'),
    ),
    kept(
      'A server for which the version of a client is too low closes with protocol_version',
      clientHellos('old versions: a client whose best is %s'),
    ),
    kept(
      'A ClientHello may stand in a record of any version 3.x',
      recordLimits('is any 0x03xx before keys are installed'),
      clientHellos('old versions: a client that writes record version %i, too'),
    ),
  ],
  'Appendix E.2': [
    notOurs('To reach servers of SSL 2.0 a client sends the hello of SSL 2.0', noSsl2Servers),
    notOurs('That hello has the version that the ordinary one would have', noSsl2Servers),
    notOurs('That hello has the suites of TLS in the place of those of SSL 2.0', noSsl2Servers),
    kept(
      'The hello of version 2 stands on the wire as it is, in no record',
      version2('is taken with a challenge of %i bytes, and leads to TLS 1.2'),
    ),
    kept(
      'The first bit of its length is set',
      version2('is known by its first bit and its type: without them it is no record at all'),
    ),
    kept('Its type is 1', version2('is known by its first bit and its type: without them it is no record at all')),
    kept(
      'Its list of suites has whole entries of three bytes',
      version2('is malformed with a length that cuts a spec in two'),
    ),
    kept('A client that can do TLS 1.2 gives the session id no length', version2('is malformed with %s')),
    kept('The session id itself is left empty', version2('is malformed with %s')),
    notOurs('Who wants to resume a session sends the hello of TLS', 'for clients: none here ever sends the other one'),
  ],
  'Appendix E.3': [
    notOurs('A client that falls back to SSL 2.0 marks its PKCS #1 block', noSsl2Servers),
    notOurs('The mark is that the last eight padding bytes are 3', noSsl2Servers),
  ],
}
