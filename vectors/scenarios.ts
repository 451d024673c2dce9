/** What is captured of OpenSSL with itself: one row a handshake. The table varies what the two negotiate. */
import { opensslName, opensslSuites } from '../test/interop/openssl-names.js'
import type { Kind } from './captured-facts.js'
import type { Claims } from './index-entry.js'

export interface Scenario {
  readonly name: string
  readonly description: string
  /** OpenSSL's name of the one cipher suite that both ends allow. */
  readonly cipher: string
  readonly server: Kind
  /** The client's certificate; 'none' is a client that is asked and has none. Absent: the server does not ask. */
  readonly client?: Kind | 'none'
  readonly outcome: 'established' | 'refused'
  /** The alert that refuses, where it is not unknown_ca. */
  readonly alert?: string
  /** Values of SSL_CONF's `Options` for each end, which no command-line option reaches. */
  readonly serverOptions?: string
  readonly clientOptions?: string
  readonly serverArguments?: readonly string[]
  readonly clientArguments?: readonly string[]
  /** Application data in bytes that each end sends; short lines by default. */
  readonly dataLength?: number
}

const noEms = '-ExtendedMasterSecret'
const noEtm = '-EncryptThenMac'

/** A server-only and a mutual handshake of the same suite, which differ in the client's certificate and in `changes`. */
function pair(
  name: string,
  cipher: string,
  server: Kind,
  alone: Partial<Scenario>,
  mutual: Partial<Scenario> & { readonly client: Kind },
): Scenario[] {
  const base = { cipher, server, outcome: 'established' } as const
  return [
    { name: `${name}-server-only`, description: `${cipher}, the server alone is authenticated`, ...base, ...alone },
    { name: `${name}-mutual`, description: `${cipher}, both ends are authenticated`, ...base, ...mutual },
  ]
}

const groups = (list: string): readonly string[] => ['-groups', list]
const clientSignature = (list: string): readonly string[] => ['-Verify', '1', '-client_sigalgs', list]

const rsaKeyExchange = [
  ...pair(
    'rsa-aes128gcm',
    'AES128-GCM-SHA256',
    'rsa',
    {},
    { client: 'rsa', serverArguments: clientSignature('rsa_pkcs1_sha256') },
  ),
  ...pair(
    'rsa-aes256gcm',
    'AES256-GCM-SHA384',
    'rsa',
    { serverOptions: noEms },
    { client: 'ecdsaP256', clientOptions: noEms, serverArguments: clientSignature('ecdsa_secp256r1_sha256') },
  ),
  ...pair(
    'rsa-aes128sha',
    'AES128-SHA',
    'rsa',
    { serverOptions: noEtm },
    { client: 'rsa', clientOptions: noEtm, serverArguments: clientSignature('rsa_pss_rsae_sha256') },
  ),
]

const dheRsa = [
  ...pair(
    'dhe-rsa-aes128gcm',
    'DHE-RSA-AES128-GCM-SHA256',
    'rsa',
    {},
    { client: 'rsaPss', serverArguments: clientSignature('rsa_pss_pss_sha256') },
  ),
  ...pair(
    'dhe-rsa-aes256gcm',
    'DHE-RSA-AES256-GCM-SHA384',
    'rsa',
    { clientOptions: noEms, serverArguments: ['-dhparam', 'dh/ffdhe2048.pem'] },
    { client: 'ed25519', serverArguments: [...clientSignature('ed25519'), '-dhparam', 'dh/ffdhe3072.pem'] },
  ),
  ...pair(
    'dhe-rsa-chacha20',
    'DHE-RSA-CHACHA20-POLY1305',
    'rsa',
    { serverArguments: ['-sigalgs', 'rsa_pss_rsae_sha512'] },
    { client: 'rsa', serverOptions: noEms, serverArguments: clientSignature('rsa_pkcs1_sha384') },
  ),
  ...pair(
    'dhe-rsa-aes128sha',
    'DHE-RSA-AES128-SHA',
    'rsa',
    { clientOptions: noEtm, serverArguments: ['-sigalgs', 'rsa_pkcs1_sha512'] },
    {
      client: 'ecdsaP384',
      serverOptions: `${noEtm},${noEms}`,
      serverArguments: clientSignature('ecdsa_secp384r1_sha384'),
    },
  ),
]

const ecdheRsa = [
  ...pair(
    'ecdhe-rsa-aes128gcm',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'rsa',
    { clientArguments: groups('X25519'), serverArguments: ['-sigalgs', 'rsa_pkcs1_sha256'] },
    { client: 'rsa', clientArguments: groups('P-256'), serverArguments: clientSignature('rsa_pss_rsae_sha384') },
  ),
  ...pair(
    'ecdhe-rsa-aes256gcm',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'rsaPss',
    { clientArguments: groups('P-384'), serverArguments: groups('P-384') },
    {
      client: 'ecdsaP521',
      clientArguments: groups('X448:P-521'),
      serverArguments: [...clientSignature('ecdsa_secp521r1_sha512'), ...groups('X448:P-521')],
    },
  ),
  ...pair(
    'ecdhe-rsa-chacha20',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'rsa',
    {
      serverOptions: noEms,
      clientArguments: groups('P-521'),
      serverArguments: [...groups('P-521'), '-sigalgs', 'rsa_pss_rsae_sha256'],
    },
    {
      client: 'ed448',
      clientOptions: noEms,
      clientArguments: groups('X25519:P-256'),
      serverArguments: clientSignature('ed448'),
    },
  ),
  ...pair(
    'ecdhe-rsa-aes128sha',
    'ECDHE-RSA-AES128-SHA',
    'rsa',
    { clientOptions: noEtm, clientArguments: groups('X448:P-256'), serverArguments: groups('X448:X25519') },
    {
      client: 'rsa',
      serverOptions: noEtm,
      clientArguments: groups('P-256'),
      serverArguments: clientSignature('rsa_pkcs1_sha512'),
    },
  ),
]

const ecdheEcdsa = [
  ...pair(
    'ecdhe-ecdsa-aes128gcm',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ecdsaP256',
    { clientArguments: groups('P-256') },
    {
      client: 'ecdsaP256',
      clientOptions: noEms,
      clientArguments: groups('X25519:P-256'),
      serverArguments: clientSignature('ecdsa_secp256r1_sha256'),
    },
  ),
  ...pair(
    'ecdhe-ecdsa-aes256gcm',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ecdsaP384',
    { serverOptions: noEms, clientArguments: groups('P-384'), serverArguments: groups('P-384') },
    {
      client: 'rsaPss',
      clientArguments: groups('X448:P-384'),
      serverArguments: [...clientSignature('rsa_pss_pss_sha512'), ...groups('X448:P-384')],
    },
  ),
  ...pair(
    'ecdhe-ecdsa-chacha20',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ecdsaP521',
    { clientArguments: groups('P-521'), serverArguments: groups('P-521') },
    {
      server: 'ed25519',
      client: 'ed25519',
      clientArguments: groups('X25519'),
      serverArguments: clientSignature('ed25519'),
    },
  ),
  ...pair(
    'ecdhe-ecdsa-aes128sha',
    'ECDHE-ECDSA-AES128-SHA',
    'ed448',
    { clientOptions: noEtm, clientArguments: groups('X25519') },
    {
      server: 'ecdsaP256',
      client: 'ecdsaP256',
      serverOptions: noEtm,
      clientArguments: groups('P-256'),
      serverArguments: clientSignature('ecdsa_secp521r1_sha512'),
    },
  ),
]

const suite = { cipher: 'ECDHE-RSA-AES128-GCM-SHA256', server: 'rsa' } as const

const special: readonly Scenario[] = [
  {
    ...suite,
    name: 'client-without-certificate',
    description: 'The server asks for a certificate and does not insist; the client has none and sends an empty list',
    client: 'none',
    outcome: 'established',
    serverArguments: ['-verify', '1'],
  },
  {
    ...suite,
    name: 'client-certificate-missing',
    description: 'The server insists on a certificate; the client has none: alert handshake_failure',
    client: 'none',
    outcome: 'refused',
    alert: 'handshake_failure',
    serverArguments: ['-Verify', '1'],
  },
  {
    ...suite,
    name: 'client-certificate-refused',
    description: 'The server trusts another authority than the one that issued the client certificate: a fatal alert',
    client: 'rsa',
    outcome: 'refused',
    serverArguments: ['-Verify', '1', '-verify_return_error', '-CAfile', 'pki/impostor/ca/all.cert.pem'],
  },
  {
    ...suite,
    name: 'server-certificate-refused',
    description: 'The client trusts another authority than the one that issued the server certificate: a fatal alert',
    outcome: 'refused',
    clientArguments: ['-CAfile', 'pki/impostor/ca/all.cert.pem'],
  },
  {
    ...suite,
    name: 'alpn-and-server-name',
    description: 'The client names the host and offers two application protocols; the server chooses one',
    outcome: 'established',
    clientArguments: ['-servername', 'localhost', '-alpn', 'http/1.1,tls12-test'],
    serverArguments: [
      ...['-alpn', 'tls12-test', '-servername', 'localhost'],
      ...['-cert2', 'pki/server/rsa.cert.pem', '-key2', 'pki/server/rsa.key.pem'],
    ],
  },
  {
    ...suite,
    name: 'session-ticket',
    description: 'The server issues a session ticket between the two flights that end the handshake',
    client: 'ecdsaP256',
    outcome: 'established',
    serverArguments: ['-Verify', '1'],
  },
  {
    ...suite,
    name: 'long-data',
    description: 'Application data that needs several records in both directions',
    outcome: 'established',
    dataLength: 17_000,
  },
  {
    name: 'encrypt-then-mac',
    description: 'A CBC suite under the encrypt_then_mac extension',
    cipher: 'ECDHE-RSA-AES128-SHA',
    server: 'rsa',
    outcome: 'established',
  },
  {
    name: 'sha1-signatures',
    description: 'Both ends sign with SHA-1, as a peer does that names no better hash',
    cipher: 'ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0',
    server: 'rsa',
    client: 'ecdsaP256',
    outcome: 'established',
    clientArguments: ['-sigalgs', 'RSA+SHA1:ECDSA+SHA1'],
    serverArguments: ['-Verify', '1', '-client_sigalgs', 'ECDSA+SHA1', '-sigalgs', 'RSA+SHA1'],
  },
]

/** Every scenario, in the order of the index. */
export const scenarios: readonly Scenario[] = [...rsaKeyExchange, ...dheRsa, ...ecdheRsa, ...ecdheEcdsa, ...special]

const named = (openssl: string): string => {
  const suite = opensslSuites.find((one) => opensslName(one) === openssl.replace(/:.*/, ''))
  if (suite === undefined) throw new Error(`OpenSSL has no suite ${openssl}`)
  return suite.name
}

/** What a scenario shows, as its options say. */
export function claimsOfScenario({
  cipher,
  client,
  outcome,
  serverOptions = '',
  clientOptions = '',
  ...more
}: Scenario): Claims {
  const without = (option: string): boolean => serverOptions.includes(option) || clientOptions.includes(option)
  return {
    suite: named(cipher),
    ...(client === undefined ? {} : { clientCertificate: client }),
    ...(outcome === 'established' ? { closed: 'by both' } : { refusedWith: more.alert ?? 'unknown_ca' }),
    extendedMasterSecret: !without(noEms),
    encryptThenMac: cipher.endsWith('-SHA') && !without(noEtm),
  }
}
