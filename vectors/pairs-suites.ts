/** Key exchanges and cipher families, each between several stacks; and suites that are none of ours. */
import { ECDHE_ECDSA, type Pair, row } from './pair.js'

const rsa: readonly Pair[] = [
  row('GnuTLS', 'Go', 'RSA key exchange, AES-CBC, SHA-1', 'TLS_RSA_WITH_AES_128_CBC_SHA'),
  row('Mbed TLS', 'NSS', 'RSA key exchange, AES-256-GCM', 'TLS_RSA_WITH_AES_256_GCM_SHA384'),
  row('Java', 'curl', 'RSA key exchange, AES-CBC, SHA-256', 'TLS_RSA_WITH_AES_128_CBC_SHA256'),
  row('Botan', 'OpenSSL', 'RSA key exchange, AES-256-CBC', 'TLS_RSA_WITH_AES_256_CBC_SHA256'),
  row('NSS', 'Mbed TLS', 'RSA key exchange, triple DES', 'TLS_RSA_WITH_3DES_EDE_CBC_SHA'),
  row('nginx', 'Chromium', 'RSA key exchange by a browser', 'TLS_RSA_WITH_AES_256_CBC_SHA'),
]

const dhe: readonly Pair[] = [
  row('Java', 'OpenSSL', 'DHE_RSA, AES-GCM', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'),
  row('NSS', 'GnuTLS', 'DHE_RSA, AES-256-GCM', 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384'),
  row('nginx', 'OpenSSL', 'DHE_RSA, ChaCha20-Poly1305', 'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('OpenSSL', 'wolfSSL', 'DHE_RSA, AES-CBC, SHA-1', 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA'),
  row('OpenSSL', 'NSS', 'DHE_RSA, AES-CBC, SHA-256', 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA256'),
  row('Mbed TLS', 'GnuTLS', 'DHE_RSA, AES-256-CCM-8', 'TLS_DHE_RSA_WITH_AES_256_CCM_8'),
  row('GnuTLS', 'NSS', 'DHE_RSA in a group of RFC 7919', 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', {
    clientTerms: { args: ['-H'] },
    claims: { offers: ['supported_groups'] },
  }),
]

const ecdhe: readonly Pair[] = [
  row('Botan', 'GnuTLS', 'ECDHE_RSA, AES-GCM', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
  row('rustls', 'Go', 'ECDHE_RSA, ChaCha20-Poly1305', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('Mbed TLS', 'curl', 'ECDHE_RSA, AES-CBC, SHA-384', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384'),
  row('GnuTLS', 'NSS', 'ECDHE_RSA, AES-CBC, SHA-256', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256'),
  row('wolfSSL', 'Mbed TLS', 'ECDHE_ECDSA, AES-CCM', 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM'),
  row('nginx', 'GnuTLS', 'ECDHE_ECDSA, AES-256-GCM', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'),
  row('NSS', 'rustls', 'ECDHE_ECDSA, ChaCha20-Poly1305', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('GnuTLS', 'Botan', 'ECDHE_ECDSA, AES-GCM', ECDHE_ECDSA),
  row('OpenSSL', 'GnuTLS', 'Ed25519 of the server', ECDHE_ECDSA, { serverTerms: { kind: 'ed25519' } }),
  row('GnuTLS', 'OpenSSL', 'Ed448 of the server', ECDHE_ECDSA, { serverTerms: { kind: 'ed448' } }),
  row('GnuTLS', 'Mbed TLS', 'P-521 of the server', ECDHE_ECDSA, { serverTerms: { kind: 'ecdsaP521' } }),
  row('GnuTLS', 'wolfSSL', 'P-384 of the server', ECDHE_ECDSA, { serverTerms: { kind: 'ecdsaP384' } }),
  row('OpenSSL', 'GnuTLS', 'RSASSA-PSS of the server', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', {
    serverTerms: { kind: 'rsaPss' },
  }),
]

const sharedKeys = { serverTerms: { psk: true, kind: 'rsa' }, clientTerms: { psk: true } } as const
const psk: readonly Pair[] = [
  row('GnuTLS', 'OpenSSL', 'PSK, AES-GCM', 'TLS_PSK_WITH_AES_128_GCM_SHA256', sharedKeys),
  row('GnuTLS', 'OpenSSL', 'ECDHE_PSK, ChaCha20-Poly1305', 'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256', sharedKeys),
  row('Mbed TLS', 'OpenSSL', 'DHE_PSK, AES-CCM', 'TLS_DHE_PSK_WITH_AES_128_CCM', sharedKeys),
  row('GnuTLS', 'OpenSSL', 'RSA_PSK, AES-256-GCM', 'TLS_RSA_PSK_WITH_AES_256_GCM_SHA384', sharedKeys),
  row('Mbed TLS', 'GnuTLS', 'PSK with a hint, AES-CCM-8', 'TLS_PSK_WITH_AES_256_CCM_8', sharedKeys),
]

/** A browser, which offers what it likes, with every server. */
const browsed: readonly Pair[] = [
  row('OpenSSL', 'Chromium', 'a browser', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384'),
  row('GnuTLS', 'Chromium', 'a browser', 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('NSS', 'Chromium', 'a browser', ECDHE_ECDSA),
  row('nginx', 'Chromium', 'a browser', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
  row('rustls', 'Chromium', 'a browser', 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'),
  row('Mbed TLS', 'Chromium', 'a browser', 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'),
  row('Java', 'Chromium', 'a browser', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'),
  row('wolfSSL', 'curl', 'ECDHE_RSA, AES-GCM', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'),
]

/** Without keys: no reader here would go on with them. */
const foreign: readonly Pair[] = [
  row('GnuTLS', 'OpenSSL', 'Camellia, which is none of ours', '0xc076', {
    serverTerms: { args: ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+CAMELLIA-128-CBC:+SHA256'] },
    clientTerms: { args: ['-cipher', 'ECDHE-RSA-CAMELLIA128-SHA256:@SECLEVEL=0'] },
  }),
  row('OpenSSL', 'OpenSSL', 'ARIA, which is none of ours', '0xc060', {
    serverTerms: { args: ['-cipher', 'ECDHE-ARIA128-GCM-SHA256'] },
    clientTerms: { args: ['-cipher', 'ECDHE-ARIA128-GCM-SHA256'] },
  }),
  row('OpenSSL', 'GnuTLS', 'an anonymous key exchange, which is none of ours', '0xc018', {
    serverTerms: { args: ['-cipher', 'AECDH-AES128-SHA:@SECLEVEL=0'] },
    clientTerms: { args: ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ANON-ECDH:-CIPHER-ALL:+AES-128-CBC'] },
  }),
]

export const suites: readonly Pair[] = [...rsa, ...dhe, ...ecdhe, ...psk, ...browsed, ...foreign]
