/** What is captured: one row a pair of stacks. Between them the rows show every part of TLS 1.2 that these stacks speak. */
import { pki } from '../test/support/pki.js'
import { ECDHE_ECDSA, ECDHE_RSA, mutual, type Pair, path, row } from './pair.js'
import { alerts } from './pairs-alerts.js'
import { certificates } from './pairs-certificates.js'
import { hellos } from './pairs-hellos.js'
import { sessions } from './pairs-sessions.js'
import { suites } from './pairs-suites.js'

const stapled = ['cert', 'key', 'chain'].map((part) => path(`./revocation/server.${part}.pem`))

const exchanges: readonly Pair[] = [
  row('OpenSSL', 'GnuTLS', 'RSA key exchange, AES-GCM', 'TLS_RSA_WITH_AES_128_GCM_SHA256'),
  row('GnuTLS', 'OpenSSL', 'DHE_RSA, ChaCha20-Poly1305', 'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('GnuTLS', 'Mbed TLS', 'DHE_RSA, AES-CCM', 'TLS_DHE_RSA_WITH_AES_128_CCM'),
  row('Mbed TLS', 'OpenSSL', 'ECDHE_ECDSA, AES-CCM-8', 'TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8'),
  row('NSS', 'Go', 'ECDHE_RSA, AES-CBC, SHA-1', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'),
  row('Java', 'Go', 'ECDHE_RSA, AES-256-GCM', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  row('GnuTLS', 'Java', 'ECDHE_ECDSA, AES-CBC, SHA-384', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384'),
  row('wolfSSL', 'OpenSSL', 'DHE_RSA, AES-CBC, SHA-256', 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256'),
  row('GnuTLS', 'Go', 'triple DES', 'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA'),
  row('Botan', 'OpenSSL', 'ECDHE_ECDSA, ChaCha20-Poly1305', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('nginx', 'curl', 'ECDHE_RSA, AES-256-GCM', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  row('Go', 'Chromium', 'GREASE of BoringSSL', ECDHE_ECDSA),
  row('OpenSSL', 'wolfSSL', 'ECDHE_RSA, ChaCha20-Poly1305', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('OpenSSL', 'NSS', 'ECDHE_ECDSA, AES-GCM', ECDHE_ECDSA),
]

const psk: readonly Pair[] = (['PSK', 'ECDHE_PSK', 'DHE_PSK', 'RSA_PSK'] as const).map((exchange) =>
  row('OpenSSL', 'Mbed TLS', `${exchange} key exchange`, `TLS_${exchange}_WITH_AES_128_CBC_SHA256`, {
    serverTerms: { psk: true, kind: 'rsa' },
    clientTerms: { psk: true },
  }),
)

const binding: readonly Pair[] = [
  row('OpenSSL', 'Mbed TLS', 'encrypt-then-MAC', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', {
    claims: { encryptThenMac: true, extendedMasterSecret: true },
  }),
  row('OpenSSL', 'Mbed TLS', 'MAC-then-encrypt', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', { clientTerms: { etm: 'off' } }),
  row('GnuTLS', 'OpenSSL', 'no extended master secret', ECDHE_RSA, { clientTerms: { ems: 'off' } }),
]

const clients: readonly Pair[] = [
  row('OpenSSL', 'Go', 'client certificate RSA', ECDHE_RSA, mutual('rsa')),
  row('rustls', 'GnuTLS', 'client certificate ECDSA P-256', ECDHE_ECDSA, mutual('ecdsaP256')),
  row('Go', 'rustls', 'client certificate Ed25519', ECDHE_ECDSA, mutual('ed25519')),
  row('NSS', 'OpenSSL', 'client certificate ECDSA P-384', ECDHE_RSA, mutual('ecdsaP384')),
  row('Java', 'OpenSSL', 'client certificate Ed448', ECDHE_ECDSA, mutual('ed448')),
  row('OpenSSL', 'Java', 'client certificate RSASSA-PSS', ECDHE_RSA, mutual('rsaPss')),
  row('Go', 'Mbed TLS', 'a client without a certificate', ECDHE_RSA, { serverTerms: { clientAuth: 'request' } }),
]

const resumptions: readonly Pair[] = [
  row('GnuTLS', 'OpenSSL', 'resumed by session id', ECDHE_RSA, { resume: 'id' }),
  row('OpenSSL', 'GnuTLS', 'resumed by ticket', ECDHE_RSA, { resume: 'ticket' }),
  row('Go', 'Mbed TLS', 'resumed by ticket', ECDHE_ECDSA, { resume: 'ticket' }),
  row('rustls', 'Mbed TLS', 'resumed by session id', ECDHE_ECDSA, { resume: 'id' }),
]

const extensions: readonly Pair[] = [
  row('Go', 'OpenSSL', 'SNI and ALPN', ECDHE_RSA, {
    serverTerms: { alpn: ['h2', 'http/1.1'] },
    clientTerms: { alpn: ['http/1.1'] },
    claims: { offers: ['server_name'], answers: ['application_layer_protocol_negotiation'] },
  }),
  row('OpenSSL', 'GnuTLS', 'stapled OCSP', ECDHE_ECDSA, {
    serverTerms: {
      args: [
        ...['-cert', stapled[0] ?? '', '-key', stapled[1] ?? '', '-cert_chain', stapled[2] ?? ''],
        ...['-status_file', path('./revocation/good.ocsp.der')],
      ],
    },
    clientTerms: { args: ['--insecure'] },
    claims: { stapled: true },
    keys: { server: 'revocation/server.key.pem' },
  }),
  row('OpenSSL', 'Mbed TLS', 'renegotiation that the client begins', ECDHE_RSA, {
    serverTerms: { args: ['-client_renegotiation'] },
    clientTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
  }),
  row('Mbed TLS', 'OpenSSL', 'renegotiation that the server begins', ECDHE_RSA, {
    serverTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
  }),
  row('OpenSSL', 'curl', 'a chain in several records', ECDHE_RSA, { serverTerms: { args: ['-cert_chain', 'LONG'] } }),
]

const refusals: readonly Pair[] = [
  row('OpenSSL', 'GnuTLS', 'no suite in common', 'TLS_RSA_WITH_AES_128_GCM_SHA256', {
    clientTerms: { suites: [] },
    refusedWith: 'handshake_failure',
  }),
  row('GnuTLS', 'OpenSSL', 'a server of an unknown authority', ECDHE_RSA, {
    clientTerms: { trust: pki.impostor },
    refusedWith: 'unknown_ca',
  }),
  row('OpenSSL', 'Go', 'a server of an unknown authority', ECDHE_RSA, {
    clientTerms: { trust: pki.impostor },
    refusedWith: 'bad_certificate',
  }),
  row('OpenSSL', 'Mbed TLS', 'no client certificate', ECDHE_RSA, {
    serverTerms: { clientAuth: 'require' },
    refusedWith: 'handshake_failure',
  }),
  row('Go', 'OpenSSL', 'no client certificate', ECDHE_RSA, {
    serverTerms: { clientAuth: 'require' },
    refusedWith: 'handshake_failure',
  }),
  row('Go', 'GnuTLS', 'no application protocol in common', ECDHE_RSA, {
    serverTerms: { alpn: ['h2'] },
    clientTerms: { alpn: ['x'] },
    refusedWith: 'no_application_protocol',
  }),
]

/** Stacks that know neither extended master secrets nor encrypt-then-MAC, and such as have what few others have. */
const rarer: readonly Pair[] = [
  row('Bouncy Castle', 'Erlang', 'ECDHE_PSK, AES-GCM', 'TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256', {
    serverTerms: { psk: true },
    clientTerms: { psk: true },
  }),
  row('Bouncy Castle', 'BoringSSL', 'ECDHE_PSK, ChaCha20-Poly1305', 'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256', {
    serverTerms: { psk: true },
    clientTerms: { psk: true },
  }),
  row('tlslite-ng', 'Bouncy Castle', 'encrypt-then-MAC, SHA-384', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384', {
    claims: { encryptThenMac: true },
  }),
  row('tlslite-ng', 'BoringSSL', 'resumed by ticket', ECDHE_RSA, { resume: 'ticket' }),
  row('BearSSL', 'tlslite-ng', 'resumed by session id without extended master secret', ECDHE_ECDSA, {
    resume: 'id',
    claims: { extendedMasterSecret: false },
  }),
  row('GnuTLS', 'tlslite-ng', 'record size limit', ECDHE_ECDSA, { claims: { answers: ['record_size_limit'] } }),
  row('BearSSL', 'Erlang', 'renegotiation without extended master secret', ECDHE_RSA, {
    clientTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1, extendedMasterSecret: false },
  }),
  row('Bouncy Castle', 'tlslite-ng', 'client certificate Ed448', ECDHE_RSA, mutual('ed448')),
  row('Haskell', 'Pike', 'DHE_RSA, AES-CCM-8', 'TLS_DHE_RSA_WITH_AES_256_CCM_8'),
  row('Pike', 's2n-tls', 'resumed by ticket', ECDHE_RSA, { resume: 'ticket' }),
  row('s2n-tls', 'Haskell', 'client certificate ECDSA P-256', ECDHE_ECDSA, mutual('ecdsaP256')),
  row('Erlang', 'BearSSL', 'a client of an unknown authority', ECDHE_RSA, {
    serverTerms: { clientAuth: 'require', trust: pki.impostor },
    clientTerms: { kind: 'ecdsaP256' },
    refusedWith: 'unknown_ca',
  }),
  row('BearSSL', 'Bouncy Castle', 'no application protocol in common', ECDHE_RSA, {
    serverTerms: { alpn: ['h2'] },
    clientTerms: { alpn: ['x'] },
    refusedWith: 'no_application_protocol',
  }),
]

export const pairs: readonly Pair[] = [
  ...exchanges,
  ...psk,
  ...binding,
  ...clients,
  ...resumptions,
  ...extensions,
  ...refusals,
  ...rarer,
  ...suites,
  ...certificates,
  ...hellos,
  ...sessions,
  ...alerts,
]
