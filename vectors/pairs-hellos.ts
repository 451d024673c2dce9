/** What hellos agree on: extended master secret, order of MAC and cipher, sizes of records, names, versions. */
import { ECDHE_ECDSA, ECDHE_RSA, type Pair, path, row } from './pair.js'

const CBC = 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256'

const binding: readonly Pair[] = [
  row('GnuTLS', 'Mbed TLS', 'encrypt-then-MAC', CBC, { claims: { encryptThenMac: true } }),
  row('Mbed TLS', 'GnuTLS', 'encrypt-then-MAC', CBC, { claims: { encryptThenMac: true } }),
  row('Botan', 'OpenSSL', 'encrypt-then-MAC', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384', {
    claims: { encryptThenMac: true },
  }),
  row('GnuTLS', 'Botan', 'encrypt-then-MAC', 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256', {
    claims: { encryptThenMac: true },
  }),
  row('GnuTLS', 'OpenSSL', 'MAC-then-encrypt', CBC, { serverTerms: { etm: 'off' } }),
  row('Mbed TLS', 'OpenSSL', 'MAC-then-encrypt', 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA', { serverTerms: { etm: 'off' } }),
  row('OpenSSL', 'GnuTLS', 'neither of both bindings', CBC, { clientTerms: { ems: 'off', etm: 'off' } }),
  row('Java', 'OpenSSL', 'no extended master secret', ECDHE_ECDSA, { serverTerms: { ems: 'off' } }),
  row('OpenSSL', 'Java', 'no extended master secret', ECDHE_RSA, { clientTerms: { ems: 'off' } }),
  row('OpenSSL', 'wolfSSL', 'no extended master secret', ECDHE_ECDSA, { clientTerms: { ems: 'off' } }),
  row('GnuTLS', 'Mbed TLS', 'no extended master secret', 'TLS_RSA_WITH_AES_128_CBC_SHA', {
    clientTerms: { ems: 'off' },
  }),
  row('nginx', 'OpenSSL', 'extended master secret with RSA', 'TLS_RSA_WITH_AES_128_GCM_SHA256', {
    claims: { extendedMasterSecret: true },
  }),
]

const sizes: readonly Pair[] = [
  // it takes no message in several records, so none may be longer than that
  row('OpenSSL', 'Mbed TLS', 'max_fragment_length of 512', 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256', {
    serverTerms: { psk: true },
    clientTerms: { psk: true, args: ['--mfl', '1'] },
    claims: { answers: ['max_fragment_length'] },
  }),
  row('GnuTLS', 'Mbed TLS', 'max_fragment_length of 2048', ECDHE_ECDSA, {
    clientTerms: { args: ['--mfl', '3'] },
    claims: { answers: ['max_fragment_length'] },
  }),
  row('OpenSSL', 'wolfSSL', 'max_fragment_length of 4096', ECDHE_ECDSA, {
    clientTerms: { args: ['--mfl', '4'] },
    claims: { answers: ['max_fragment_length'] },
  }),
  row('wolfSSL', 'OpenSSL', 'max_fragment_length of 2048', ECDHE_RSA, {
    clientTerms: { args: ['-maxfraglen', '2048'] },
    claims: { answers: ['max_fragment_length'] },
  }),
  row('GnuTLS', 'GnuTLS', 'record_size_limit', ECDHE_RSA, {
    serverTerms: { args: ['--recordsize', '600'] },
    clientTerms: { args: ['--recordsize', '700'] },
    claims: { answers: ['record_size_limit'] },
  }),
  row('GnuTLS', 'NSS', 'record_size_limit', ECDHE_ECDSA, { claims: { answers: ['record_size_limit'] } }),
]

const names: readonly Pair[] = [
  row('rustls', 'OpenSSL', 'ALPN', ECDHE_RSA, {
    serverTerms: { alpn: ['h2', 'http/1.1'] },
    clientTerms: { alpn: ['spdy/3', 'http/1.1', 'h2'] },
    claims: { answers: ['application_layer_protocol_negotiation'] },
  }),
  row('Java', 'GnuTLS', 'ALPN', ECDHE_ECDSA, {
    serverTerms: { alpn: ['http/1.1'] },
    clientTerms: { alpn: ['http/1.1'] },
    claims: { answers: ['application_layer_protocol_negotiation'] },
  }),
  row('wolfSSL', 'Mbed TLS', 'ALPN', ECDHE_ECDSA, {
    serverTerms: { alpn: ['one', 'two'] },
    clientTerms: { alpn: ['two'] },
    claims: { answers: ['application_layer_protocol_negotiation'] },
  }),
  row('nginx', 'curl', 'ALPN of HTTP', ECDHE_ECDSA, {
    claims: { answers: ['application_layer_protocol_negotiation'], offers: ['application_layer_protocol_negotiation'] },
  }),
  row('OpenSSL', 'GnuTLS', 'a name that is not the server’s', ECDHE_RSA, {
    serverTerms: {
      args: [
        ...['-servername', 'other.example', '-cert2', path('./pki/server/rsa.cert.pem')],
        ...['-key2', path('./pki/server/rsa.key.pem')],
      ],
    },
    claims: { alerts: ['server warning unrecognized_name'] },
    mayFail: true,
  }),
  row('Go', 'NSS', 'extensions with nobody to answer them', ECDHE_ECDSA, {
    clientTerms: { args: ['-T', '-U'] },
    claims: { offers: ['status_request', 'signed_certificate_timestamp'] },
  }),
]

const versions: readonly Pair[] = [
  row('OpenSSL', 'curl', 'a client that offers TLS 1.3 too', ECDHE_RSA, {
    clientTerms: { args: ['--tls-max', '1.3'] },
    claims: { offers: ['supported_versions', 'key_share'] },
  }),
  row('nginx', 'GnuTLS', 'a client that offers TLS 1.3 too', ECDHE_RSA, {
    clientTerms: { args: ['--priority', 'NORMAL'] },
    claims: { offers: ['supported_versions', 'key_share'] },
  }),
  row('GnuTLS', 'OpenSSL', 'a server that could speak TLS 1.3', ECDHE_RSA, {
    serverTerms: { args: ['--priority', 'NORMAL'] },
  }),
  row('OpenSSL', 'Chromium', 'a browser that offers TLS 1.3 too', ECDHE_ECDSA, {
    clientTerms: { args: ['--ssl-version-max=tls1.3'] },
    claims: { offers: ['supported_versions', 'key_share'] },
  }),
]

/** What comes under keys, and how it ends. */
const data: readonly Pair[] = [
  row('GnuTLS', 'OpenSSL', 'over IPv6', ECDHE_ECDSA, { clientTerms: { args: ['-connect', '[::1]:PORT'] } }),
  row('nginx', 'curl', 'a long answer', ECDHE_RSA, {
    serverTerms: { args: ['LONG ANSWER'] },
    said: { server: { includes: 'answer of nginx. ', times: 2000 } },
  }),
  row('nginx', 'Mbed TLS', 'a long answer in short records', 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', {
    serverTerms: { args: ['LONG ANSWER'] },
    clientTerms: { args: ['--mfl', '3'] },
    claims: { answers: ['max_fragment_length'] },
    said: { server: { includes: 'answer of nginx. ', times: 2000 } },
  }),
  row('GnuTLS', 'OpenSSL', 'a server that is killed', ECDHE_RSA, {
    serverTerms: { http: false },
    said: { server: { includes: 'GET / HTTP/1.0' } },
    // OpenSSL takes the end for a part of a record that is missing
    refusedWith: 'decode_error',
    claims: { refusedBy: 'client', closed: 'by none' },
    meanwhile: async (server, client) => {
      await client.says(/GET \/ HTTP/)
      server.child.kill('SIGKILL')
    },
  }),
  row('GnuTLS', 'GnuTLS', 'a client that is killed', ECDHE_ECDSA, {
    serverTerms: { http: false },
    said: { server: { includes: 'GET / HTTP/1.0' } },
    refusedWith: 'unexpected_message',
    claims: { refusedBy: 'server', closed: 'by none' },
    meanwhile: async (_server, client) => {
      await client.says(/GET \/ HTTP/)
      client.child.kill('SIGKILL')
    },
  }),
]

export const hellos: readonly Pair[] = [...binding, ...sizes, ...names, ...versions, ...data]
