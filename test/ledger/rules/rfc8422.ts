import { definition, inFile, kept, type Ledger, notOurs } from '../entry.js'

const groups = inFile('test/extensions/groups.test.ts')
const points = inFile('test/attacks/points.test.ts')
const serverHello = inFile('test/attacks/server-hello.test.ts')
const clientHello = inFile('test/attacks/client-hello.test.ts')
const authentication = inFile('test/attacks/client-authentication.test.ts')
const impostor = inFile('test/attacks/impostor.test.ts')
const signatures = inFile('test/providers/signatures.test.ts')
const shares = inFile('test/providers/key-shares.test.ts')
const mutual = inFile('test/handshake/mutual.test.ts')
const openssl = inFile('test/interop/openssl-server.test.ts')
const wycheproof = inFile('test/providers/wycheproof.test.ts')

const unfit = serverHello('a certificate whose key cannot serve the suite')
const wrongSigner = impostor('ServerKeyExchange signed by the wrong key of another kind')
const showsNothing = authentication('KCI: asked for %s, a client shows nothing')
const beside = groups('curves and point formats are offered beside suites of curves, and not otherwise (RFC 8422 §4)')
const uncompressed = groups('point formats are uncompressed alone, on both sides (RFC 8422 §5.1.2)')
const keyCurve = groups('a server key on a curve that the client does not name is not shown (RFC 8422 §5.3)')
const noCurve = groups('without a shared curve there is no suite of curves (RFC 8422 §4)')
const toClient = points('invalid curve point to a client: $group, $what')
const toServer = points('invalid curve point to a server: $group, $what')
const anonymous = 'no anonymous suite is in this library'
const scheme = openssl('server signature $scheme by $kind')
const ownKind = signatures('neither signs nor verifies under a scheme of another kind of key')
const ownOf = signatures('%s: node:crypto verifies ours, we verify its, changes are refused')

export const rfc8422: Ledger = {
  rfc: '8422',
  sections: {
    '1.1': definition,
    '2.1': [
      kept('ECDHE_ECDSA goes with a key that signs by ECDSA or EdDSA', unfit, mutual('keys of the kind %s')),
      kept('that key signs the curve and the share', wrongSigner, impostor('ServerKeyExchange signed over %s')),
    ],
    '2.2': [
      kept(
        'ECDHE_RSA goes with an RSA key that may sign',
        unfit,
        inFile('test/x509/refusals.test.ts')('a key that may only encipher does not sign a handshake'),
      ),
    ],
    '2.3': [
      notOurs('without authentication no certificate is shown or asked for', anonymous),
      notOurs('without authentication the share is sent all the same', anonymous),
      notOurs('without authentication the share is not signed', anonymous),
    ],
    '3': [
      kept('a client that shows no certificate sends its share as ever', showsNothing),
      kept('and it sends no CertificateVerify', showsNothing),
    ],
    '3.1': [
      kept(
        'who authenticates by ecdsa_sign shows a key that signs by ECDSA or EdDSA',
        authentication('a scheme of another kind of key than the certificate holds'),
        mutual('keys of the kind %s'),
      ),
    ],
    '4': [
      kept('servers with suites of curves know both extensions', uncompressed, keyCurve),
      kept('a server that cannot keep to the curves of the client chooses no suite of curves', noCurve, keyCurve),
      kept('a client without suites of curves sends neither curves nor formats', beside),
    ],
    '5.1': [
      kept('a list of formats has the uncompressed one in it', uncompressed),
      kept('a server chooses its suite by what the client can do', noCurve, keyCurve),
      kept('and so for the key in its certificate as for its share', keyCurve),
      kept('without a curve in common it chooses no suite of curves', noCurve),
    ],
    '5.1.2': [
      kept('uncompressed points are taken on every curve', points('honest points of %s pass')),
      kept('points in other forms are not', toClient, toServer),
      kept(
        'a client that takes none but other forms is told illegal_parameter',
        clientHello('points that are compressed only'),
      ),
      kept('a client says so in six bytes', uncompressed),
    ],
    '5.2': [
      kept('a server that lists formats lists the uncompressed one', uncompressed),
      kept(
        'a client keeps to the formats of the server: one without the uncompressed is refused',
        serverHello('ServerHello: points that are compressed only'),
      ),
    ],
    '5.3': [
      kept(
        'keys of curves stand in certificates in their own encoding',
        inFile('test/x509/agreement.test.ts')('on the test PKI: %s'),
      ),
      kept('ECDHE_ECDSA goes with a certificate for ECDSA or EdDSA', unfit),
      kept('ECDHE_RSA goes with a certificate for RSA', unfit),
      kept('the key that a server shows lies on a curve that the client named', keyCurve),
      kept('a server that has no such key chooses no suite for it', keyCurve),
    ],
    '5.4': [
      notOurs(
        'points of key agreement are not the keys of Ed25519 and Ed448',
        'the structure is made of named groups here, and no named group is an Edwards curve',
      ),
    ],
    '5.6': [
      kept(
        'a client certificate under ecdsa_sign has a key for ECDSA or EdDSA',
        authentication('a scheme of another kind of key than the certificate holds'),
        authentication('a client key on a curve that the server does not accept'),
      ),
    ],
    '5.9': [
      kept(
        'certificates with ECDSA are as the profile of their keys has them',
        inFile('test/x509/agreement.test.ts')('on the test PKI: %s'),
        inFile('test/x509/agreement.test.ts')('on every root that Node brings along'),
      ),
      kept(
        'certificates with EdDSA are as RFC 8410 has them',
        inFile('test/x509/agreement.test.ts')('on the test PKI: %s'),
      ),
      kept('a key of Ed25519 signs under ed25519', ownKind, scheme),
      kept('a key of Ed448 signs under ed448', ownKind, scheme),
      kept('no Edwards key is used for ECDSA', ownKind),
    ],
    '5.10': [
      kept(
        'zeros at the front of a coordinate stay in the secret',
        wycheproof('%s'),
        shares('%s agrees with node:crypto, and its point is uncompressed'),
      ),
      kept(
        'a secret of all zeros ends the handshake',
        shares('%s: values that give all zeros, and other lengths'),
        toClient,
        toServer,
      ),
      kept('ECDSA is computed as its standard says', wycheproof('%s'), ownOf),
      kept(
        'over a hash of the SHA-2 family, unless SHA-1 is asked for by name',
        serverHello('SLOTH: ServerKeyExchange signed under %s'),
      ),
      kept(
        'EdDSA is computed as RFC 8032 says',
        signatures('gives the signature that RFC 8032 prints for %s'),
        wycheproof('%s'),
      ),
      kept('the context of Ed448 is empty', ownOf, scheme),
      kept('EdDSA has the hash number 8', scheme, inFile('test/interop/gnutls.test.ts')('Ed25519 on both sides')),
    ],
    '5.11': [
      kept('the public value of the peer is checked on the NIST curves', toClient, toServer),
      kept(
        'its coordinates satisfy the equation of the curve',
        toClient,
        toServer,
        shares('%s: points off the curve, compressed, hybrid, at infinity'),
      ),
      kept('with X25519 and X448 the secret of all zeros ends the handshake', toClient, toServer),
    ],
  },
}
