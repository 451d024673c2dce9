/** What the corpus as a whole has, by the index that tshark's reading made: so that none of it is lost unnoticed. */
import { describe, expect, it } from 'vitest'
import { corpusIndex } from '../support/corpus.js'

// A folder that a run has filled in part shows only that part.
describe.skipIf(process.env['CORPUS'] !== undefined)('the corpus as a whole', () => {
  const connections = corpusIndex.flatMap((entry) => entry.connections)
  const handshakes = connections.flatMap((one) => one.handshakes)
  const alerts = new Set(connections.flatMap((one) => one.alerts.map((alert) => alert.split(' ')[2])))
  const suites = new Set(handshakes.map(({ chosen }) => chosen?.suite ?? ''))
  const claimed = corpusIndex.map(({ claims }) => claims)

  it.each([
    ...['access_denied', 'bad_certificate', 'bad_record_mac', 'certificate_expired', 'certificate_revoked'],
    ...[
      'certificate_unknown',
      'close_notify',
      'decode_error',
      'decrypt_error',
      'handshake_failure',
      'illegal_parameter',
    ],
    ...['inappropriate_fallback', 'insufficient_security', 'internal_error', 'no_application_protocol'],
    ...['no_renegotiation', 'protocol_version', 'unexpected_message', 'unknown_ca', 'unknown_psk_identity'],
    ...['unrecognized_name', 'unsupported_certificate', 'user_canceled'],
  ])('has the alert %s', (alert) => expect(alerts).toContain(alert))

  it.each(['OpenSSL', 'gnutls', 'NSS', 'mbed TLS', 'wolfSSL', 'Botan', 'JSSE', 'go', 'rustls'])(
    'has %s as a server and as a client',
    (stack) => {
      for (const role of ['server', 'client'] as const)
        expect(corpusIndex.some((entry) => entry[role].startsWith(stack))).toBe(true)
    },
  )

  it('has browsers, nginx, every key exchange and every cipher', () => {
    for (const name of ['Chromium', 'curl'])
      expect(corpusIndex.some(({ client }) => client.startsWith(name))).toBe(true)
    expect(corpusIndex.some(({ server }) => server.startsWith('nginx'))).toBe(true)
    const exchanges = ['RSA', 'DHE_RSA', 'ECDHE_RSA', 'ECDHE_ECDSA', 'PSK', 'DHE_PSK', 'ECDHE_PSK', 'RSA_PSK']
    for (const exchange of exchanges) expect([...suites].join()).toContain(`TLS_${exchange}_WITH_`)
    for (const cipher of [
      '_GCM_',
      '_CCM',
      '_CCM_8',
      'CHACHA20_POLY1305',
      'AES_128_CBC_SHA256',
      'AES_256_CBC_SHA384',
      '3DES',
    ])
      expect([...suites].join()).toContain(cipher)
  })

  it('has both ways of every choice', () => {
    for (const value of [true, false]) {
      expect(handshakes.map((one) => one.extendedMasterSecret)).toContain(value)
      expect(handshakes.map((one) => one.encryptThenMac)).toContain(value)
      expect(handshakes.map((one) => one.stapled)).toContain(value)
    }
    expect(claimed.map(({ resumed }) => resumed)).toEqual(
      expect.arrayContaining(['id', 'ticket', 'refused', undefined]),
    )
    const kinds = ['rsa', 'rsaPss', 'ecdsaP256', 'ecdsaP384', 'ecdsaP521', 'ed25519', 'ed448', 'none', undefined]
    expect(claimed.map(({ clientCertificate }) => clientCertificate)).toEqual(expect.arrayContaining(kinds))
    expect(
      claimed.some(({ renegotiations, clientCertificate }) => renegotiations === 1 && clientCertificate === 'rsa'),
    ).toBe(true)
    const answered = [
      'max_fragment_length',
      'record_size_limit',
      'server_name',
      'application_layer_protocol_negotiation',
    ]
    const answers = handshakes.flatMap(({ chosen }) => chosen?.extensions ?? [])
    expect(answers).toEqual(
      expect.arrayContaining([...answered, 'status_request', 'session_ticket', 'server_certificate_type']),
    )
    expect(connections.some(({ data }) => data.server > 0x4000)).toBe(true)
    expect(handshakes.some(({ chains }) => (chains.server?.length ?? 0) > 20)).toBe(true)
  })
})
