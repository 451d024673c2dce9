/** Who authenticates, by what: certificates of clients, staples, raw public keys, and clients that have nothing to show. */
import { pki } from '../test/support/pki.js'
import { ECDHE_ECDSA, ECDHE_RSA, mutual, type Pair, path, row } from './pair.js'

const clients: readonly Pair[] = [
  row('nginx', 'curl', 'client certificate RSA', ECDHE_RSA, mutual('rsa')),
  row('GnuTLS', 'Java', 'client certificate ECDSA P-256', ECDHE_ECDSA, mutual('ecdsaP256')),
  row('NSS', 'Mbed TLS', 'client certificate RSA', ECDHE_RSA, mutual('rsa')),
  row('OpenSSL', 'wolfSSL', 'client certificate Ed25519', ECDHE_RSA, mutual('ed25519')),
  row('Go', 'curl', 'client certificate ECDSA P-521', ECDHE_RSA, mutual('ecdsaP521')),
  row('Mbed TLS', 'Go', 'client certificate ECDSA P-256', ECDHE_ECDSA, mutual('ecdsaP256')),
  row('wolfSSL', 'OpenSSL', 'client certificate RSA', ECDHE_RSA, mutual('rsa')),
  row('OpenSSL', 'GnuTLS', 'client certificate RSASSA-PSS', ECDHE_RSA, mutual('rsaPss')),
  row('OpenSSL', 'NSS', 'client certificate ECDSA P-521', ECDHE_RSA, mutual('ecdsaP521')),
  row('nginx', 'rustls', 'client certificate RSA', ECDHE_ECDSA, mutual('rsa')),
  row(
    'OpenSSL',
    'Go',
    'client certificate with RSA key exchange',
    'TLS_RSA_WITH_AES_128_GCM_SHA256',
    mutual('ecdsaP256'),
  ),
  row('NSS', 'GnuTLS', 'client certificate with DHE_RSA', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', mutual('rsa')),
  row(
    'GnuTLS',
    'OpenSSL',
    'client certificate under a CBC suite',
    'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
    mutual('ed448'),
  ),
]

const request = { serverTerms: { clientAuth: 'request' } } as const
const without: readonly Pair[] = [
  row('OpenSSL', 'GnuTLS', 'a client without a certificate', ECDHE_RSA, request),
  row('Java', 'rustls', 'a client without a certificate', ECDHE_ECDSA, request),
  row('rustls', 'Go', 'a client without a certificate', ECDHE_ECDSA, request),
  row('Mbed TLS', 'wolfSSL', 'a client without a certificate', ECDHE_ECDSA, request),
]

const responded = (name: string): { cert: string; chain: string; key: string } => ({
  cert: path(`./revocation/${name}.cert.pem`),
  chain: path(`./revocation/${name}.chain.pem`),
  key: path(`./revocation/${name}.key.pem`),
})
const { cert, chain, key } = responded('server')
const good = path('./revocation/good.ocsp.der')
const root = path('./revocation/root.cert.pem')
const own = ['--cert', chain, '--key', key, '--staple', good] as const
const shown = { claims: { stapled: true }, keys: { server: 'revocation/server.key.pem' } } as const

const staples: readonly Pair[] = [
  row('Go', 'OpenSSL', 'stapled OCSP', ECDHE_ECDSA, {
    ...shown,
    serverTerms: { args: own },
    clientTerms: { args: ['-CAfile', root, '-status'] },
  }),
  row('rustls', 'Go', 'stapled OCSP', ECDHE_ECDSA, {
    ...shown,
    serverTerms: { args: own },
    clientTerms: { args: ['--ca', root] },
  }),
  row('GnuTLS', 'NSS', 'stapled OCSP', ECDHE_ECDSA, {
    ...shown,
    serverTerms: { args: ['--x509certfile', chain, '--x509keyfile', key, '--ocsp-response', good] },
    clientTerms: { args: ['-T', '-o'] },
  }),
  row('nginx', 'rustls', 'stapled OCSP', ECDHE_ECDSA, {
    ...shown,
    serverTerms: {
      args: [`ssl_certificate ${chain}; ssl_certificate_key ${key}; ssl_stapling on; ssl_stapling_file ${good};`],
    },
    clientTerms: { args: ['--ca', root] },
  }),
  row('OpenSSL', 'Chromium', 'stapled OCSP', ECDHE_ECDSA, {
    ...shown,
    serverTerms: { args: ['-cert', cert, '-key', key, '-cert_chain', chain, '-status_file', good] },
  }),
  row('OpenSSL', 'Java', 'no staple for a client that asks', ECDHE_ECDSA, {
    claims: { stapled: false, offers: ['status_request'] },
  }),
  row('OpenSSL', 'GnuTLS', 'a certificate that promises a staple, and the staple', ECDHE_ECDSA, {
    serverTerms: {
      args: [
        ...[
          '-cert',
          responded('stapled').cert,
          '-key',
          responded('stapled').key,
          '-cert_chain',
          responded('stapled').chain,
        ],
        ...['-status_file', path('./revocation/good-stapled.ocsp.der')],
      ],
    },
    clientTerms: { args: ['--insecure'] },
    claims: { stapled: true },
    keys: { server: 'revocation/stapled.key.pem' },
  }),
]

const bareKeys = 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CTYPE-ALL:+CTYPE-RAWPK'

const bare: readonly Pair[] = [
  row('GnuTLS', 'GnuTLS', 'a raw public key of the server', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', {
    serverTerms: {
      args: ['--rawpkfile', 'PUBLIC KEY', '--rawpkkeyfile', pki.server.ecdsaP256.keyPath, '--priority', bareKeys],
    },
    clientTerms: { args: ['--insecure', '--priority', bareKeys] },
    claims: { answers: ['server_certificate_type'] },
  }),
]

export const certificates: readonly Pair[] = [...clients, ...without, ...staples, ...bare]
