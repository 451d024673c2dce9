/** Cells that are not green, each with the reason. One that turns green is reported, so that the list stays true. */
import type { Case, Variation } from './case.js'

export interface Known {
  readonly peer: string
  readonly role?: 'client' | 'server'
  /** Part of a suite's name. */
  readonly suite?: RegExp
  /** Kinds of certificates: the server's, a space, the client's. */
  readonly kinds?: RegExp
  readonly resume?: 'id' | 'ticket'
  readonly variation?: Variation
  /** How it fails. */
  readonly fails: RegExp
  /** Why, with the section of the RFC or the peer's own bug, and how that was found out: where possible, without us. */
  readonly reason: string
}

export const known: readonly Known[] = [
  {
    peer: 'Chromium',
    role: 'client',
    fails: /^the peer left without close_notify$/,
    reason:
      'Chromium closes the transport without the close_notify that RFC 5246 §7.2.1 asks of it; that is looked at last, so all ' +
      'else is as it should be',
  },
  {
    peer: 'GnuTLS',
    role: 'client',
    suite: /DHE_PSK|PSK_DHE/,
    fails: /^truncated: .*SIGSEGV/,
    reason:
      'gnutls-cli 3.7.9 crashes once the handshake is over: gnutls_psk_server_get_username, which it calls as a client ' +
      'too; with gnutls-serv 3.7.9 as the server it crashes there alike',
  },
  {
    peer: 'wolfSSL',
    role: 'server',
    kinds: /^rsa (ecdsa|ed)/,
    fails: /handshake_failure|mid-handshake/,
    reason:
      'its CertificateRequest names rsa_sign alone under suites that the server signs with RSA, so that a client with another ' +
      'kind of key has no certificate to send (RFC 5246 §7.4.6); OpenSSL 3.0 as the client is shown the same request and ' +
      'refused alike',
  },
  {
    peer: 'wolfSSL',
    role: 'client',
    suite: /ECDHE_PSK/,
    fails: /Bad ECC Peer Key/,
    reason:
      'wolfSSL 5.5.4 offers x25519 and x448 and then takes neither under ECDHE_PSK; with the OpenSSL 3.0 server and ' +
      '-groups X25519 it fails alike',
  },
  {
    peer: 'Erlang',
    role: 'server',
    suite: /RSA_PSK/,
    fails: /bytes follow the identity hint/,
    reason:
      'ssl 10.8.7 signs the ServerKeyExchange of RSA_PSK, which is an identity hint and nothing else (RFC 4279 §4); OpenSSL ' +
      '3.0 as the client refuses it alike (extra data in message)',
  },
  {
    peer: 'Erlang',
    role: 'server',
    kinds: /^rsaPss /,
    fails: /mid-handshake/,
    reason:
      'ssl 10.8.7 crashes where it loads an RSASSA-PSS key whose identifier has no parameters, which RFC 4055 §3.1 allows; ' +
      'no client is served with it',
  },
  {
    peer: 'Erlang',
    role: 'client',
    kinds: / rsaPss$/,
    fails: /mid-handshake/,
    reason:
      'ssl 10.8.7 crashes where it loads an RSASSA-PSS key whose identifier has no parameters, which RFC 4055 §3.1 allows; ' +
      'no client connects with it',
  },
  {
    peer: 's2n-tls',
    role: 'server',
    kinds: / (?!undefined)/,
    fails: /resumed by nothing/,
    reason:
      'it keeps no session of a connection in which it asked for a certificate, since what it keeps has no room for that ' +
      'certificate; a server is free to (RFC 5246 §F.1.4), and OpenSSL 3.0 as the client gets a full handshake alike',
  },
  {
    peer: 'Haskell',
    role: 'server',
    kinds: /^ecdsaP(384|521) /,
    fails: /handshake_failure/,
    reason:
      'tls 1.5.8 signs with ECDSA keys on P-256 alone, and has no suite for others; OpenSSL 3.0 as the client is refused alike',
  },
  {
    peer: 'Haskell',
    role: 'client',
    kinds: / ecdsaP(384|521)$/,
    fails: /internal_error/,
    reason:
      'tls 1.5.8 signs with ECDSA keys on P-256 alone, and gives up where it is to; so it does with an OpenSSL 3.0 server',
  },
  {
    peer: 'Pike',
    role: 'client',
    kinds: /^rsa ecdsa/,
    fails: /ecdsa key cannot have signed/,
    reason:
      'Pike 8.0 names the signature algorithm of the suite in CertificateVerify, not that of its key: RSA with an ECDSA key ' +
      '(RFC 5246 §7.4.8); OpenSSL 3.0 as the server refuses it alike (wrong signature type)',
  },
]

/** What fails now and then, and is green at the second try. */
export const seldom: readonly Known[] = [
  {
    peer: 'Pike',
    role: 'client',
    suite: /^TLS_RSA_/,
    fails: /^bad_record_mac/,
    reason:
      'Pike 8.0 cuts leading zeros off the encrypted pre-master secret, which is then no ciphertext (RFC 8017 §7.2.2), and ' +
      'meets what RFC 5246 §7.4.7.1 has for such; of 3,000 encryptions with 2048 bits 14 had 255 bytes',
  },
]

export const covers = (entry: Known, one: Case): boolean =>
  entry.peer === one.peer &&
  (entry.role ?? one.role) === one.role &&
  (entry.suite?.test(one.suite.name) ?? true) &&
  (entry.kinds?.test(`${one.serverKind} ${one.clientKind}`) ?? true) &&
  (entry.resume ?? one.resume) === one.resume &&
  (entry.variation ?? one.variation) === one.variation
