import { describe, expect, it } from 'vitest'
import { toHex } from '../../src/bytes/convert.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { NamedGroup } from '../../src/registry/named-group.js'
import { nameOf } from '../../src/registry/registry.js'
import { SignatureScheme } from '../../src/registry/signature-scheme.js'
import { certificateSuites } from '../support/suites.js'
import { message, replayed, signedKeyExchange } from './facts.js'
import { recordings } from './recording.js'

describe('the recordings together', () => {
  const established = recordings.filter(({ outcome }) => outcome === 'established').map((one) => replayed(one))

  /** The protections that were recorded; live peers show the others. */
  const recorded = certificateSuites.filter(({ bulk }) =>
    bulk.type === 'aead' ? !bulk.cipher.includes('CCM') : bulk.cipher === 'AES_128_CBC' && bulk.mac === 'sha1',
  )

  it('show every suite of these protections with and without client authentication', () => {
    const seen = established.map(({ suite, messages }) => {
      const mutual = message(messages, 'certificate_verify') !== undefined
      return `${suite.name} ${mutual ? 'mutual' : 'server-only'}`
    })
    expect(recorded).toHaveLength(15)
    for (const { name } of recorded) {
      expect(seen).toContain(`${name} server-only`)
      expect(seen).toContain(`${name} mutual`)
    }
  })

  it('show every elliptic group', () => {
    const groups = established.map((run) => {
      const signed = signedKeyExchange(run)
      return signed?.kind === 'ecdh' ? nameOf(NamedGroup, signed.params.namedCurve, 2) : ''
    })
    expect(groups).toEqual(expect.arrayContaining(['x25519', 'x448', 'secp256r1', 'secp384r1', 'secp521r1']))
  })

  it('show every kind of signature from the server and from the client', () => {
    const server = established.map((run) => signedKeyExchange(run)?.signature.algorithm ?? 0)
    const client = established.map(({ messages }) => {
      const found = message(messages, 'certificate_verify')
      return found === undefined ? 0 : decodeHandshakeBody('certificate_verify', found.raw).algorithm
    })
    for (const seen of [server, client]) {
      const kinds = new Set(
        seen.map((scheme) => nameOf(SignatureScheme, scheme, 2).replace(/_(secp\d+r1_)?sha\d+$/, '')),
      )
      expect([...kinds]).toEqual(
        expect.arrayContaining(['rsa_pkcs1', 'rsa_pss_rsae', 'rsa_pss_pss', 'ecdsa', 'ed25519', 'ed448']),
      )
    }
  })

  it('show finite-field groups of RFC 7919 and others, and long data in several records', () => {
    const lengths = established.map((run) => {
      const signed = signedKeyExchange(run)
      return signed?.kind === 'dh' ? signed.params.dhP.length : 0
    })
    expect(lengths).toEqual(expect.arrayContaining([256, 384]))
    expect(Math.max(...established.map(({ data }) => data.client.length))).toBeGreaterThan(1 << 14)
    expect(Math.max(...established.map(({ data }) => data.server.length))).toBeGreaterThan(1 << 14)
  })

  it('show a session ticket, an empty client certificate and the application protocol that the server chose', () => {
    const named = (name: string) => recordings.find((one) => one.name === name)
    const ticket = named('session-ticket')
    const empty = named('client-without-certificate')
    if (ticket === undefined || empty === undefined) throw new Error('a recording is missing')
    expect(message(replayed(ticket).messages, 'new_session_ticket')).toBeDefined()
    const certificate = message(replayed(empty).messages, 'certificate', 'client')
    expect(certificate === undefined ? '' : toHex(certificate.raw)).toBe('0b000003000000')
  })
})
