import { describe, expect, test } from 'vitest'
import { encode } from '../../src/codec/codec.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { DigitallySigned } from '../../src/messages/digitally-signed.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { attackClient, attackServer, expectConnected, expectDefeat } from '../attacks/arena.js'
import { hex, withExtension } from './wire.js'

const supportedGroups = ExtensionType.supported_groups

describe('reserved values that a server chooses or asks for (RFC 8701)', () => {
  const victim = { grease: true } as const
  const state = 'ExpectServerHello'

  test('a version is refused', () => {
    const peer = attackClient({ victim, edit: { server_hello: (hello) => ({ ...hello, serverVersion: 0x1a1a }) } })
    expectDefeat(peer, { fault: 'unsupported_version', alert: 'protocol_version', state })
  })

  /** The first value that is reserved in what the victim offers. */
  const reservedIn = (values: readonly number[]): number =>
    values.find((value) => (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 0xff)) ?? expect.fail('none')

  test('the very suite and extension that were offered are refused', () => {
    for (const what of ['suite', 'extension'] as const) {
      const peer = attackClient({
        victim,
        script: (honest) => honest.filter(({ name }) => name === 'nothing of it'),
      })
      const offer = peer.clientHello ?? expect.fail('no hello')
      const extensionType = reservedIn((offer.extensions ?? []).map((extension) => extension.extensionType))
      const hello = peer.serverHello()
      peer.message(
        'server_hello',
        what === 'suite'
          ? { ...hello, cipherSuite: reservedIn(offer.cipherSuites) }
          : { ...hello, extensions: [{ extensionType, extensionData: hex('') }] },
      )
      expectDefeat(
        peer,
        what === 'suite'
          ? { fault: 'suite_not_offered', alert: 'illegal_parameter', state }
          : { fault: 'extension_not_offered', alert: 'unsupported_extension', state },
      )
    }
  })

  test('every reserved group and scheme in ServerKeyExchange is refused', () => {
    for (let nibble = 0; nibble < 16; nibble++) {
      const value = nibble * 0x1010 + 0x0a0a
      const params = (honest: Uint8Array) => Uint8Array.of(3, value >> 8, value & 0xff, ...honest.subarray(3))
      expectDefeat(attackClient({ victim, params }), { fault: 'group_not_offered', alert: 'illegal_parameter' })
      const resigned = (message: { readonly body: Uint8Array }) => ({
        body: Uint8Array.of(
          // curve, group, point of 32 bytes and its length
          ...message.body.subarray(0, 36),
          ...encode(DigitallySigned, { algorithm: value, signature: message.body.subarray(40) }),
        ),
      })
      const peer = attackClient({ victim, edit: { server_key_exchange: resigned } })
      expectDefeat(peer, { fault: 'scheme_not_offered', alert: 'illegal_parameter' })
    }
  })

  test('an application protocol is refused', () => {
    const edit = { server_hello: withExtension(ExtensionType.application_layer_protocol_negotiation, '0003 02 6a6a') }
    expectDefeat(attackClient({ victim: { ...victim, applicationProtocols: ['h2'] }, edit }), {
      fault: 'application_protocol_not_offered',
      alert: 'illegal_parameter',
      state,
    })
  })

  test('in CertificateRequest they are passed over, and what is beside them is used', () => {
    const peer = attackClient({
      certificateRequest: { certificateTypes: [0xca, 64], supportedSignatureAlgorithms: [0x4a4a, 0xfafa, 0x0403] },
    })
    expectConnected(peer)
    expect(peer.victim.endpoint.connection.summary?.authenticatedToPeer).toBe(true)
  })

  test('in every list of a ClientHello a server passes over them, and fails where there is nothing beside them', () => {
    const list = (type: number, data: string) => ({ client_hello: withExtension(type, data) })
    const protocols = ExtensionType.application_layer_protocol_negotiation
    const options = { victim: { applicationProtocols: ['h2'] } }
    for (const edit of [
      list(supportedGroups, '0006 2a2a 001d 0017'),
      list(ExtensionType.signature_algorithms, '0004 3a3a 0403'),
      list(protocols, '0006 02 5a5a 02 6832'),
      list(0x8a8a, '00'),
      { client_hello: (hello: ClientHello) => ({ ...hello, cipherSuites: [0xbaba, ...hello.cipherSuites] }) },
    ]) {
      expectConnected(attackServer({ ...options, edit }))
    }
    expectDefeat(attackServer({ ...options, edit: list(protocols, '0003 02 5a5a') }), {
      fault: 'no_application_protocol',
      alert: 'no_application_protocol',
    })
    expectDefeat(attackServer({ edit: list(supportedGroups, '0002 2a2a') }), {
      fault: 'no_shared_suite',
      alert: 'handshake_failure',
    })
  })
})
