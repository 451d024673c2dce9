/** Alerts that real stacks send, and why. */
import { pki } from '../test/support/pki.js'
import { ECDHE_ECDSA, ECDHE_RSA, type Pair, path, row } from './pair.js'

const odd = (name: string) => ({ cert: path(`./odd/${name}.cert.pem`), key: path('./odd/key.pem') })
const keys = { server: 'odd/key.pem' }
const refusal = (
  server: string,
  client: string,
  shows: string,
  alert: string,
  by: 'server' | 'client',
  more: Partial<Pair>,
) =>
  row(server, client, shows, more.suite ?? ECDHE_ECDSA, {
    ...more,
    refusedWith: alert,
    claims: { refusedBy: by, ...more.claims },
  })

const opensslShows = (name: string) => ({
  serverTerms: { args: ['-cert', odd(name).cert, '-key', odd(name).key] },
  keys,
})
const own = (name: string) => ['--cert', odd(name).cert, '--key', odd(name).key]

const ofServers: readonly Pair[] = [
  refusal('OpenSSL', 'OpenSSL', 'an expired server', 'certificate_expired', 'client', opensslShows('expired')),
  refusal('OpenSSL', 'rustls', 'an expired server', 'certificate_expired', 'client', opensslShows('expired')),
  refusal('OpenSSL', 'Mbed TLS', 'an expired server', 'certificate_expired', 'client', opensslShows('expired')),
  refusal('OpenSSL', 'GnuTLS', 'an expired server', 'bad_certificate', 'client', opensslShows('expired')),
  refusal('OpenSSL', 'NSS', 'an expired server', 'certificate_expired', 'client', opensslShows('expired')),
  refusal(
    'OpenSSL',
    'Java',
    'a server that is not valid yet',
    'bad_certificate',
    'client',
    opensslShows('not-yet-valid'),
  ),
  refusal('OpenSSL', 'curl', 'an expired server', 'certificate_expired', 'client', opensslShows('expired')),
  refusal(
    'OpenSSL',
    'OpenSSL',
    'a client’s certificate as a server’s',
    'unsupported_certificate',
    'client',
    opensslShows('for-clients-only'),
  ),
  refusal(
    'OpenSSL',
    'Mbed TLS',
    'a client’s certificate as a server’s',
    'unsupported_certificate',
    'client',
    opensslShows('for-clients-only'),
  ),
  refusal('GnuTLS', 'Java', 'a server of an unknown authority', 'bad_certificate', 'client', {
    clientTerms: { trust: pki.impostor },
  }),
  refusal('GnuTLS', 'NSS', 'a server of an unknown authority', 'unknown_ca', 'client', {
    clientTerms: { trust: pki.impostor },
  }),
  refusal('nginx', 'rustls', 'a server of an unknown authority', 'decrypt_error', 'client', {
    clientTerms: { trust: pki.impostor },
  }),
  refusal('Go', 'Chromium', 'a server of an unknown authority', 'certificate_unknown', 'client', {
    clientTerms: { args: ['STRICT'] },
  }),
  refusal('OpenSSL', 'OpenSSL', 'a server that was revoked', 'certificate_revoked', 'client', {
    serverTerms: {
      args: [
        ...['-cert', path('./revocation/revoked.cert.pem'), '-key', path('./revocation/revoked.key.pem')],
        ...['-cert_chain', path('./revocation/issuing.cert.pem')],
      ],
    },
    clientTerms: {
      args: ['-CAfile', path('./revocation/root.cert.pem'), '-crl_check', '-CRL', path('./revocation/issuing.crl.pem')],
    },
    keys: { server: 'revocation/revoked.key.pem' },
  }),
  refusal('rustls', 'rustls', 'a server that the application does not like', 'access_denied', 'client', {
    clientTerms: { args: ['--refuse', 'yes'] },
  }),
  refusal('Mbed TLS', 'OpenSSL', 'a signature by another key', 'decrypt_error', 'client', {
    serverTerms: { args: ['--key', pki.impostor.server.ecdsaP256.keyPath] },
    claims: { faults: ['signature'] },
  }),
  refusal('Mbed TLS', 'Go', 'a signature by another key', 'illegal_parameter', 'client', {
    serverTerms: { args: ['--key', pki.impostor.server.ecdsaP256.keyPath] },
    claims: { faults: ['signature'] },
  }),
  refusal('Mbed TLS', 'NSS', 'a signature by another key', 'decrypt_error', 'client', {
    serverTerms: { args: ['--key', pki.impostor.server.ecdsaP256.keyPath] },
    claims: { faults: ['signature'] },
  }),
  refusal('rustls', 'GnuTLS', 'a staple of no octets', 'decode_error', 'client', {
    serverTerms: { args: ['--staple', '/dev/null'] },
    claims: { faults: ['form'] },
  }),
]

const clientShows = {
  claims: { clientCertificate: 'ecdsaP256' as const },
  keys: { client: 'odd/key.pem' },
}

const ofClients: readonly Pair[] = [
  refusal('OpenSSL', 'Go', 'an expired client', 'certificate_expired', 'server', {
    serverTerms: { clientAuth: 'require' },
    clientTerms: { args: own('expired-client') },
    ...clientShows,
  }),
  refusal('Go', 'Mbed TLS', 'an expired client', 'certificate_expired', 'server', {
    serverTerms: { clientAuth: 'require' },
    clientTerms: { args: own('expired-client') },
    ...clientShows,
  }),
  refusal('Mbed TLS', 'Go', 'a server’s certificate as a client’s', 'unsupported_certificate', 'server', {
    serverTerms: { clientAuth: 'require' },
    clientTerms: { args: own('client-for-servers-only') },
    ...clientShows,
  }),
  refusal('OpenSSL', 'Go', 'a client that was revoked', 'certificate_revoked', 'server', {
    serverTerms: {
      clientAuth: 'require',
      args: ['-CAfile', path('./revocation/root.cert.pem'), '-crl_check', '-CRL', path('./revocation/issuing.crl.pem')],
    },
    clientTerms: {
      args: [
        '--cert',
        path('./revocation/revoked-client.chain.pem'),
        '--key',
        path('./revocation/revoked-client.key.pem'),
      ],
    },
    claims: { clientCertificate: 'ecdsaP256' },
    keys: { client: 'revocation/revoked-client.key.pem' },
  }),
  refusal('rustls', 'Mbed TLS', 'a client of an unknown authority', 'decrypt_error', 'server', {
    serverTerms: { clientAuth: 'require', trust: pki.impostor },
    clientTerms: { kind: 'ecdsaP256' },
  }),
  refusal('Java', 'OpenSSL', 'a client of an unknown authority', 'certificate_unknown', 'server', {
    serverTerms: { clientAuth: 'require', trust: pki.impostor },
    clientTerms: { kind: 'ecdsaP256' },
  }),
  refusal('NSS', 'GnuTLS', 'no client certificate', 'bad_certificate', 'server', {
    serverTerms: { clientAuth: 'require' },
  }),
  // certificate_required, which is of TLS 1.3
  refusal('rustls', 'GnuTLS', 'no client certificate', '0x74', 'server', {
    serverTerms: { clientAuth: 'require' },
  }),
  refusal('Java', 'curl', 'no client certificate', 'bad_certificate', 'server', {
    serverTerms: { clientAuth: 'require' },
  }),
]

const old = { clientTerms: { args: ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'] } }
const ofHellos: readonly Pair[] = [
  refusal('GnuTLS', 'OpenSSL', 'a client of TLS 1.1', 'protocol_version', 'server', { ...old, suite: ECDHE_RSA }),
  refusal('rustls', 'OpenSSL', 'a client of TLS 1.1', 'handshake_failure', 'server', { ...old, suite: ECDHE_RSA }),
  refusal('OpenSSL', 'Go', 'a client of TLS 1.1', 'protocol_version', 'server', {
    clientTerms: { args: ['--newest', '1.1'], suites: [] },
    suite: ECDHE_RSA,
  }),
  refusal('Go', 'OpenSSL', 'a client of TLS 1.1', 'protocol_version', 'server', { ...old, suite: ECDHE_RSA }),
  refusal('Go', 'GnuTLS', 'a server of TLS 1.1', 'protocol_version', 'client', {
    serverTerms: { args: ['--newest', '1.1'] },
    suite: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  }),
  refusal('OpenSSL', 'OpenSSL', 'a client that fell back', 'inappropriate_fallback', 'server', {
    serverTerms: { args: ['-no_tls1_3', '-min_protocol', 'TLSv1', '-cipher', 'ALL:@SECLEVEL=0'] },
    clientTerms: { args: ['-tls1_1', '-fallback_scsv', '-cipher', 'ALL:@SECLEVEL=0'] },
    suite: ECDHE_RSA,
  }),
  refusal('GnuTLS', 'OpenSSL', 'a name that the server does not serve', 'unrecognized_name', 'server', {
    serverTerms: { args: ['--sni-hostname', 'other.example', '--sni-hostname-fatal'] },
  }),
  refusal('nginx', 'curl', 'a name that the server does not serve', 'unrecognized_name', 'server', {
    serverTerms: { args: ['ssl_reject_handshake on;'] },
  }),
  refusal('OpenSSL', 'Java', 'a name that the server does not serve', 'unrecognized_name', 'server', {
    serverTerms: {
      args: [
        ...['-servername', 'other.example', '-servername_fatal', '-cert2', pki.server.ecdsaP256.certPath],
        ...['-key2', pki.server.ecdsaP256.keyPath],
      ],
    },
  }),
  refusal('rustls', 'Java', 'no application protocol in common', 'no_application_protocol', 'server', {
    serverTerms: { alpn: ['h2'] },
    clientTerms: { alpn: ['x'] },
  }),
  refusal('GnuTLS', 'Go', 'no application protocol in common', 'no_application_protocol', 'server', {
    serverTerms: { alpn: ['h2'], args: ['--alpn-fatal'] },
    clientTerms: { alpn: ['x'] },
  }),
  refusal('Go', 'NSS', 'no suite in common', 'handshake_failure', 'server', {
    clientTerms: { suites: [] },
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  }),
  refusal('GnuTLS', 'Java', 'no suite in common', 'handshake_failure', 'server', {
    clientTerms: { suites: [] },
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  }),
  refusal('Botan', 'OpenSSL', 'no suite in common', 'handshake_failure', 'server', {
    clientTerms: { suites: [] },
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  }),
  refusal('Mbed TLS', 'GnuTLS', 'no suite in common', 'handshake_failure', 'server', {
    clientTerms: { suites: [] },
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  }),
  refusal('NSS', 'OpenSSL', 'no suite in common', 'handshake_failure', 'server', {
    clientTerms: { suites: [] },
    suite: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  }),
  refusal('Go', 'OpenSSL', 'a server that cannot make up its mind', 'internal_error', 'server', {
    serverTerms: { args: ['--fault', 'configuration'] },
  }),
]

/** The server has been stopped when the client comes, so that the client waits until it loses patience. */
const canceled = refusal('GnuTLS', 'Java', 'a client that gives up', 'user_canceled', 'client', {
  clientTerms: { args: ['--give-up', 'yes'] },
  meanwhile: async (server, client) => {
    server.child.kill('SIGSTOP')
    await client.exit()
    server.child.kill('SIGCONT')
  },
})

const wrongKey = {
  serverTerms: { psk: true },
  clientTerms: { psk: true, args: ['-psk', '00112233'] },
  claims: { faults: ['record'] },
} as const
const ofKeys: readonly Pair[] = [
  refusal('OpenSSL', 'Botan', 'a key that is too short', 'insufficient_security', 'client', {
    clientTerms: { args: ['minimum_rsa_bits = 3072'] },
    suite: ECDHE_RSA,
  }),
  refusal('Mbed TLS', 'OpenSSL', 'another shared key', 'bad_record_mac', 'server', {
    ...wrongKey,
    suite: 'TLS_PSK_WITH_AES_128_GCM_SHA256',
  }),
  refusal('GnuTLS', 'OpenSSL', 'another shared key', 'bad_record_mac', 'server', {
    ...wrongKey,
    suite: 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256',
  }),
  refusal('GnuTLS', 'OpenSSL', 'a shared key of nobody’s', 'bad_record_mac', 'server', {
    claims: { faults: ['record'] },
    serverTerms: { psk: true },
    clientTerms: { psk: true, args: ['-psk_identity', 'nobody'] },
    suite: 'TLS_PSK_WITH_AES_128_GCM_SHA256',
  }),
  refusal('Mbed TLS', 'OpenSSL', 'a shared key of nobody’s', 'unknown_psk_identity', 'server', {
    serverTerms: { psk: true },
    clientTerms: { psk: true, args: ['-psk_identity', 'nobody'] },
    suite: 'TLS_PSK_WITH_AES_128_GCM_SHA256',
  }),
  refusal('Go', 'Mbed TLS', 'a client that renegotiates', 'unexpected_message', 'server', {
    clientTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
  }),
]

export const alerts: readonly Pair[] = [...ofServers, ...ofClients, ...ofHellos, canceled, ...ofKeys]
