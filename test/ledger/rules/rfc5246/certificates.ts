import { inFile, kept, type Ledger, notOurs, otherwise } from '../../entry.js'
import {
  clientAuthentication,
  clientHellos,
  honest,
  keyUse,
  mutual,
  pathRules,
  rules,
  select,
  serverHellos,
  smack,
} from './tests.js'

const pkcs12 = inFile('test/x509/keystore/pkcs12.test.ts')
const rawKeys = inFile('test/extensions/raw-public-keys.test.ts')

const noFixedKeys =
  'certificates of fixed Diffie-Hellman keys are not done here: their key exchanges have no forward secrecy'
const noDsa = 'DSA signs nothing here: no suite or scheme of it is implemented'

const versionOf = (whose: string) =>
  otherwise(
    `Unless something else was negotiated, what ${whose} shows are X.509 certificates of version 3`,
    'X.509 unless raw keys were negotiated; of the version nothing is asked by itself, but authorities need basic ' +
      'constraints and servers need subjectAltName, which no version before 3 has',
    rawKeys('nobody speaks of it by default, and a server for which all is X.509 does not answer (RFC 7250 §4.1)'),
    clientAuthentication('a certificate that is no certificate'),
    pathRules('a server is nobody without a name to compare with'),
  )

const chainOf = (whose: string) =>
  otherwise(
    `Every certificate that ${whose} shows is signed under a pair of hash and signature that the peer accepts`,
    'such a chain is preferred to any other; where there is none, the chain that there is is shown, as RFC 8446 §4.4.2.2 has ' +
      'it since: a peer that knows the issuer does not check that signature',
    select('prefers a chain whose signatures the peer accepts, roots left out'),
  )

/** Certificates and what goes with them: RFC 5246 §7.4.2 to RFC 5246 §7.4.6. */
export const certificates5246: Ledger['sections'] = {
  '7.4.2': [
    kept(
      'Where the key exchange authenticates by certificate, the server sends one',
      honest('$name'),
      smack('SMACK: sends %j alone'),
    ),
    kept(
      'The certificate suits the key exchange and the extensions',
      serverHellos('a certificate whose key cannot serve the suite'),
      select('has none where the list is empty or nothing fits'),
    ),
    kept(
      "The sender's own certificate is the first of the list",
      select('shows the certificate with the right name and the latest notBefore'),
      pkcs12('opens %s: key, chain in order, names'),
    ),
    kept(
      'Each certificate of the list vouches for the one before: chains are shown as their owner gave them, and those of a ' +
        'key store are put in order',
      pkcs12('finds certificates for several keys by their public keys, and takes a chain apart that is in no order'),
    ),
    versionOf('a server'),
    kept(
      "The key of the server's own certificate, with whatever restricts it, goes with the key exchange",
      serverHellos('a certificate whose key cannot serve the suite'),
      keyUse('takes another credential where the first one may not be used'),
    ),
    kept(
      'For RSA key transport the certificate lets its key encrypt',
      keyUse('serves no key transport with a certificate without keyEncipherment'),
      pathRules('must be what the handshake does with it'),
    ),
    kept(
      'Where there is a key usage, it has keyEncipherment then',
      keyUse('serves no key transport with a certificate without keyEncipherment'),
      pathRules('must be what the handshake does with it'),
    ),
    kept(
      'For DHE_RSA and ECDHE_RSA the certificate lets its key sign, under the scheme and hash of the ServerKeyExchange',
      keyUse('signs nothing with a certificate without digitalSignature'),
      rules('is under the one scheme that the client accepts: %s'),
    ),
    kept(
      'Where there is a key usage, it has digitalSignature then',
      keyUse('signs nothing with a certificate without digitalSignature'),
      pathRules('must be what the handshake does with it'),
    ),
    notOurs('For DHE_DSS the certificate lets its DSA key sign', noDsa),
    notOurs('For fixed Diffie-Hellman a key usage, if there is one, has keyAgreement', noFixedKeys),
    notOurs('For fixed ECDH the key lies on a curve, and has points in a form, that the client takes', noFixedKeys),
    kept(
      'For ECDHE_ECDSA the certificate lets its key sign, with the hash of the ServerKeyExchange',
      inFile('test/x509/refusals.test.ts')('a key that may only encipher does not sign a handshake'),
      serverHellos('signature scheme of another kind of key than the certificate holds'),
    ),
    kept(
      'An ECDSA key lies on a curve, and has points in a form, that the client takes',
      serverHellos('a certificate whose key cannot serve the suite'),
      select('has none where the list is empty or nothing fits'),
    ),
    chainOf('a server'),
  ],
  '7.4.3': [
    notOurs(
      'Further key exchanges say whether there is a ServerKeyExchange, and what is in it',
      'for documents that define key exchanges',
    ),
    kept(
      'A server signs under a pair of hash and signature that the client named',
      rules('is under the one scheme that the client accepts: %s'),
      serverHellos('signature scheme not offered: one that the victim left out'),
    ),
    kept(
      'A server looks at what the client accepts as signatures before it chooses a suite',
      rules('decides which suite can be chosen: a client without ECDSA schemes gets RSA'),
      clientHellos('SLOTH: a client that accepts MD5 and SHA-1 signatures only'),
    ),
    kept(
      "Hash and signature go with the key in the server's certificate",
      serverHellos('signature scheme of another kind of key than the certificate holds'),
    ),
  ],
  '7.4.4': [
    chainOf('a client'),
    kept(
      "The key in a client's certificate is of a type that the server asked for",
      select('keeps to certificate types and signature schemes'),
      clientAuthentication('KCI: asked for %s, a client shows nothing'),
    ),
    kept(
      'A key that signs does so under some pair of hash and signature that the server named',
      select('keeps to certificate types and signature schemes'),
      clientAuthentication('SLOTH: asked for MD5 and SHA-1 signatures only, a client shows nothing'),
    ),
  ],
  '7.4.6': [
    kept(
      'A client without a certificate that suits sends an empty list',
      clientAuthentication('KCI: asked for %s, a client shows nothing'),
    ),
    kept(
      "A client's certificate suits the key exchange and the extensions",
      clientAuthentication('a scheme of another kind of key than the certificate holds'),
      mutual('keys of the kind %s'),
    ),
    versionOf('a client'),
    kept(
      'The certificate of a client lets its RSA key sign, under the scheme and hash of CertificateVerify',
      keyUse('shows no certificate whose key may not sign'),
      pathRules('must be what the handshake does with it'),
    ),
    notOurs('The certificate of a client lets its DSA key sign', noDsa),
    kept(
      'The certificate of a client lets its ECDSA key sign, with the hash of CertificateVerify',
      pathRules('must be what the handshake does with it'),
      clientAuthentication('a scheme of another kind of key than the certificate holds'),
    ),
    kept(
      "A client's ECDSA key lies on a curve, and has points in a form, that the server takes",
      clientAuthentication('a client key on a curve that the server does not accept'),
    ),
    notOurs("A client's fixed Diffie-Hellman key has the parameters of the server's", noFixedKeys),
    notOurs("A client's fixed ECDH key lies on the curve of the server's", noFixedKeys),
    notOurs("A client's fixed ECDH key has points in a form that the server takes", noFixedKeys),
    chainOf('a client'),
  ],
}
