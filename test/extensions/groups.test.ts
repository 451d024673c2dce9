import { describe, expect, test } from 'vitest'
import { decode, encode } from '../../src/codec/codec.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { NamedGroupList } from '../../src/messages/extensions/supported-groups.js'
import { CipherSuite, type CipherSuiteName } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { NamedGroup, type NamedGroupName } from '../../src/registry/named-group.js'
import { type AttackOnServer, attackServer, expectConnected, expectDefeat } from '../attacks/arena.js'
import { credentialOf } from '../support/endpoints.js'
import { answeredBy, exchange, hex, serverHelloOf, withExtension } from './wire.js'

const formats = ExtensionType.ec_point_formats
const supportedGroups = ExtensionType.supported_groups

const ecdheEcdsa = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const ecdheRsa = 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'
const dheRsa = 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256'
const rsa = 'TLS_RSA_WITH_AES_128_GCM_SHA256'

const groupList = (...groups: readonly number[]): string => Buffer.from(encode(NamedGroupList, groups)).toString('hex')

describe('curves and points (RFC 8422)', () => {
  const offer = (...cipherSuites: readonly CipherSuiteName[]) => {
    const met = exchange({ cipherSuites }, { cipherSuites: [rsa, dheRsa, ecdheRsa] }, { kind: 'rsa' })
    const groups = met.offered(supportedGroups)
    return { groups: groups && decode(NamedGroupList, groups), formats: met.offered(formats) }
  }

  test('curves and point formats are offered beside suites of curves, and not otherwise (RFC 8422 §4)', () => {
    expect(offer(rsa)).toEqual({ groups: undefined, formats: undefined })
    const fields = [NamedGroup.ffdhe2048, NamedGroup.ffdhe3072, NamedGroup.ffdhe4096]
    expect(offer(dheRsa)).toEqual({ groups: fields, formats: undefined })
    const curves = offer(ecdheRsa).groups ?? []
    expect(curves).toContain(NamedGroup.x25519)
    expect(curves.filter((group) => fields.includes(group as never))).toEqual([]) // numbers of any kind
    expect(offer(ecdheRsa, dheRsa).groups).toEqual([...curves, ...fields])
  })

  test('point formats are uncompressed alone, on both sides (RFC 8422 §5.1.2)', () => {
    expect(exchange().offered(formats)).toEqual(hex('01 00'))
    const edit = { client_hello: withExtension(formats, '03 01 02 00') }
    expect(answeredBy(attackServer({ edit }), formats)).toEqual(hex('01 00'))
    const transport = attackServer({ suite: rsa, kind: 'rsa', victim: { clientAuthentication: 'none' }, edit })
    expectConnected(transport)
    expect(answeredBy(transport, formats)).toBeUndefined()
    expect(answeredBy(attackServer(), formats)).toBeUndefined()
  })

  /** A server with these keys meets a client that takes P-256 and X25519. */
  const keyed = (kinds: readonly ('ecdsaP384' | 'rsa')[], groups: readonly NamedGroupName[]) => {
    const credentials = kinds.map((kind) => credentialOf('server', kind))
    const cipherSuites = [ecdheEcdsa, ecdheRsa] as const
    return exchange({ groups, cipherSuites, verifier: () => ({ accepted: true }) } as never, { credentials }) // accepts all
  }

  test('a server key on a curve that the client does not name is not shown (RFC 8422 §5.3)', () => {
    const narrow = ['x25519', 'secp256r1'] as const
    expect(keyed(['ecdsaP384'], narrow).faults.server).toMatchObject({ alert: 'handshake_failure' })
    expect(keyed(['ecdsaP384', 'rsa'], narrow).serverHello?.cipherSuite).toBe(CipherSuite[ecdheRsa])
    expect(keyed(['ecdsaP384', 'rsa'], [...narrow, 'secp384r1']).serverHello?.cipherSuite).toBe(CipherSuite[ecdheEcdsa])
  })

  test('without a shared curve there is no suite of curves (RFC 8422 §4)', () => {
    const unknown = withExtension(supportedGroups, groupList(0x0001, 0x7a7a))
    const victim: AttackOnServer['victim'] = { clientAuthentication: 'none', cipherSuites: [ecdheRsa, rsa] }
    const both = (hello: ClientHello): ClientHello => ({
      ...unknown(hello),
      cipherSuites: [CipherSuite[ecdheRsa], CipherSuite[rsa]],
    })
    const peer = attackServer({ suite: rsa, kind: 'rsa', victim, edit: { client_hello: both } })
    expectConnected(peer)
    expect(serverHelloOf(peer).cipherSuite).toBe(CipherSuite[rsa])
    expectDefeat(attackServer({ edit: { client_hello: unknown } }), {
      fault: 'no_shared_suite',
      alert: 'handshake_failure',
    })
  })
})

describe('finite-field groups (RFC 7919 §4)', () => {
  const dhe = { suite: dheRsa, kind: 'rsa', scheme: 'rsa_pss_rsae_sha256' } as const
  const victim = { groups: ['x25519', 'ffdhe3072'] } as const

  test('a client that names groups gets one of them, or no finite field', () => {
    const named = (...groups: readonly number[]) => ({
      client_hello: (hello: ClientHello): ClientHello => ({
        ...withExtension(supportedGroups, groupList(...groups))(hello),
        cipherSuites: [CipherSuite[dheRsa], CipherSuite[ecdheRsa]],
      }),
    })
    const options = { victim: { ...victim, cipherSuites: [dheRsa, ecdheRsa] as const }, kind: 'rsa' } as const
    const scheme = 'rsa_pss_rsae_sha256'
    // ffdhe6144 and a group to come, neither of which this server has
    const peer = attackServer({ ...options, suite: ecdheRsa, scheme, edit: named(0x0103, 0x01ab, NamedGroup.x25519) })
    expectConnected(peer)
    expect(serverHelloOf(peer).cipherSuite).toBe(CipherSuite[ecdheRsa])
    const shared = attackServer({ ...dhe, ...options, edit: named(NamedGroup.ffdhe3072, NamedGroup.x25519) })
    expectConnected(shared)
    expect(serverHelloOf(shared).cipherSuite).toBe(CipherSuite[dheRsa])
  })

  test('with no group in common and no other suite it ends with insufficient_security', () => {
    for (const groups of [[0x01ab], [NamedGroup.ffdhe2048, NamedGroup.x25519]]) {
      const edit = { client_hello: withExtension(supportedGroups, groupList(...groups)) }
      expectDefeat(attackServer({ ...dhe, victim, edit }), {
        fault: 'no_shared_dh_group',
        alert: 'insufficient_security',
        state: 'ExpectClientHello',
      })
    }
  })

  test('a group without a suite for it brings no finite field', () => {
    const peer = attackServer({
      edit: { client_hello: withExtension(supportedGroups, groupList(NamedGroup.ffdhe2048, 23, 29)) },
      victim: {
        cipherSuites: [dheRsa, ecdheEcdsa],
        credentials: [credentialOf('server', 'rsa'), credentialOf('server', 'ecdsaP256')],
      },
    })
    expectConnected(peer)
    expect(serverHelloOf(peer).cipherSuite).toBe(CipherSuite[ecdheEcdsa])
  })
})
