/** Sessions that are resumed or not, and handshakes on a connection that has had one. */
import type { Program } from '../test/interop/program.js'
import { ECDHE_ECDSA, ECDHE_RSA, mutual, type Pair, row } from './pair.js'

const resumed: readonly Pair[] = [
  row('Java', 'OpenSSL', 'resumed by session id', ECDHE_RSA, { resume: 'id' }),
  row('NSS', 'GnuTLS', 'resumed by session id', ECDHE_ECDSA, { resume: 'id' }),
  row('wolfSSL', 'Mbed TLS', 'resumed by session id', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', { resume: 'id' }),
  row('Botan', 'OpenSSL', 'resumed by session id', 'TLS_RSA_WITH_AES_128_GCM_SHA256', { resume: 'id' }),
  row('OpenSSL', 'Java', 'resumed by session id', ECDHE_ECDSA, { resume: 'id' }),
  row('OpenSSL', 'wolfSSL', 'resumed by session id', 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384', { resume: 'id' }),
  row('nginx', 'GnuTLS', 'resumed by ticket', ECDHE_ECDSA, { resume: 'ticket' }),
  row('rustls', 'OpenSSL', 'resumed by ticket', ECDHE_RSA, { resume: 'ticket' }),
  row('Java', 'Mbed TLS', 'resumed by ticket', ECDHE_RSA, { resume: 'ticket' }),
  row('NSS', 'GnuTLS', 'resumed by ticket', ECDHE_RSA, { resume: 'ticket' }),
  row('Mbed TLS', 'OpenSSL', 'resumed by ticket', 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', {
    resume: 'ticket',
    claims: { encryptThenMac: true },
  }),
  row('OpenSSL', 'wolfSSL', 'resumed by ticket', ECDHE_ECDSA, { resume: 'ticket' }),
  row('GnuTLS', 'OpenSSL', 'resumed by ticket without extended master secret', ECDHE_RSA, {
    resume: 'ticket',
    clientTerms: { ems: 'off' },
  }),
  row('GnuTLS', 'OpenSSL', 'resumed by ticket with PSK', 'TLS_ECDHE_PSK_WITH_AES_128_CBC_SHA256', {
    resume: 'ticket',
    serverTerms: { psk: true },
    clientTerms: { psk: true },
  }),
]

const mutually: readonly Pair[] = [
  row('OpenSSL', 'Go', 'resumed by ticket after a client certificate', ECDHE_RSA, {
    ...{ ...mutual('rsa'), resume: 'ticket' },
  }),
  row('Go', 'OpenSSL', 'resumed by ticket after a client certificate', ECDHE_ECDSA, {
    ...{ ...mutual('ecdsaP256'), resume: 'ticket' },
  }),
  row('GnuTLS', 'Mbed TLS', 'resumed by session id after a client certificate', ECDHE_ECDSA, {
    ...{ ...mutual('ecdsaP384'), resume: 'id' },
  }),
  row('nginx', 'Mbed TLS', 'resumed by ticket after a client certificate', ECDHE_RSA, {
    ...mutual('rsa'),
    resume: 'ticket',
  }),
]

/** Servers that have forgotten, so that a full handshake follows. */
const refused: readonly Pair[] = [
  row('nginx', 'OpenSSL', 'a session that the server does not keep', ECDHE_RSA, {
    resume: 'id',
    serverTerms: { resume: 'none' },
    claims: { resumed: 'refused' },
  }),
  row('nginx', 'Mbed TLS', 'a session that the server does not keep', ECDHE_ECDSA, {
    resume: 'id',
    serverTerms: { resume: 'none' },
    claims: { resumed: 'refused' },
  }),
]

/** A command of s_server, once it has read the request; a page would leave no time for it. */
const command = (letter: string) => async (server: Program, client: Program) => {
  await server.says(/GET \/ HTTP/)
  server.write(`${letter}\n`)
  await server.says(/(Read BLOCK|CIPHER is|depth=0|no renegotiation)/)
  await new Promise((resolve) => setTimeout(resolve, 1000))
  client.endInput()
}

const renegotiated: readonly Pair[] = [
  row('OpenSSL', 'GnuTLS', 'renegotiation that the client begins', ECDHE_ECDSA, {
    serverTerms: { args: ['-client_renegotiation'] },
    clientTerms: { args: ['--rehandshake'] },
    claims: { renegotiations: 1 },
  }),
  row('OpenSSL', 'Java', 'application data in the middle of a renegotiation', ECDHE_RSA, {
    serverTerms: { args: ['-client_renegotiation'] },
    clientTerms: { args: ['--renegotiate', 'yes'] },
    refusedWith: 'unexpected_message',
    claims: { refusedBy: 'server', renegotiations: 1 },
  }),
  row('GnuTLS', 'Mbed TLS', 'renegotiation under a CBC suite', 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', {
    clientTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
  }),
  row('Mbed TLS', 'Go', 'renegotiation that the server begins', ECDHE_ECDSA, {
    serverTerms: { args: ['--renegotiate', 'yes'] },
    clientTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
  }),
  row('Mbed TLS', 'GnuTLS', 'renegotiation with a client certificate', ECDHE_RSA, {
    serverTerms: { clientAuth: 'require', args: ['--renegotiate', 'yes'] },
    clientTerms: { kind: 'rsa' },
    claims: { renegotiations: 1, clientCertificate: 'rsa' },
  }),
  row('OpenSSL', 'OpenSSL', 'a client certificate that is asked for in a renegotiation', ECDHE_ECDSA, {
    serverTerms: { console: true },
    clientTerms: { kind: 'ecdsaP256' },
    meanwhile: command('R'),
    said: { server: { text: '' } },
    claims: { renegotiations: 1, clientCertificate: 'ecdsaP256' },
  }),
]

/** Clients that are asked for a handshake and go on as they are. */
const declined: readonly Pair[] = [
  row('Mbed TLS', 'rustls', 'a client that does not renegotiate', ECDHE_RSA, {
    serverTerms: { args: ['--renegotiate', 'yes'] },
    // the program sends nothing after it: we think that its blocking stream takes a message without data for the end
    said: { server: { text: '' } },
    claims: { alerts: ['client warning no_renegotiation'] },
    mayFail: true,
  }),
  row('Mbed TLS', 'wolfSSL', 'a client that does not renegotiate', ECDHE_RSA, {
    serverTerms: { args: ['--renegotiate', 'yes'] },
    claims: { alerts: ['client warning no_renegotiation'] },
    mayFail: true,
  }),
  row('Mbed TLS', 'Java', 'a client that renegotiates', ECDHE_RSA, {
    serverTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
    mayFail: true,
  }),
  row('Mbed TLS', 'NSS', 'renegotiation that the server begins', ECDHE_ECDSA, {
    serverTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
  }),
  row('Mbed TLS', 'curl', 'renegotiation that the server begins', ECDHE_ECDSA, {
    serverTerms: { args: ['--renegotiate', 'yes'] },
    claims: { renegotiations: 1 },
  }),
]

export const sessions: readonly Pair[] = [...resumed, ...mutually, ...refused, ...renegotiated, ...declined]
