/**
 * Renegotiation injection: an attacker says something, and has the victim's handshake follow it on the same connection, so
 * that one side takes for one conversation what is two. Each half must be noticed by either side alone (RFC 5746 §1).
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { decodeHandshakeBody, encodeHandshake } from '../../src/messages/handshake.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { mutual } from '../support/endpoints.js'
import { attackClient, attackServer, expectBroken, hostileServer } from './arena.js'
import type { HostileServer } from './hostile-server.js'
import { bytes, victimClient, victimServer } from './victim.js'

const mismatch = { fault: 'renegotiation_info_mismatch', alert: 'handshake_failure' } as const

/** The ClientHello of an honest client that begins a connection: header included. */
function firstHello(): Uint8Array {
  const honest = victimClient(mutual('ecdsaP256').client)
  honest.endpoint.start()
  return honest.takeTransmitted().subarray(5)
}

const withExtensions = (raw: Uint8Array, edit: (hello: ClientHello) => ClientHello): Uint8Array =>
  encodeHandshake('client_hello', edit(decodeHandshakeBody('client_hello', raw)))

const withInfo =
  (data: Uint8Array | undefined, suites: readonly number[] = []) =>
  (hello: ClientHello): ClientHello => ({
    ...hello,
    cipherSuites: [...hello.cipherSuites, ...suites],
    extensions: [
      ...(hello.extensions ?? []).filter(({ extensionType }) => extensionType !== ExtensionType.renegotiation_info),
      ...(data === undefined
        ? []
        : [
            {
              extensionType: ExtensionType.renegotiation_info,
              extensionData: concat(Uint8Array.of(data.length), data),
            },
          ]),
    ],
  })

describe('renegotiation injection, the first half: a server takes the victim for the attacker', () => {
  const scsv = CipherSuite.TLS_EMPTY_RENEGOTIATION_INFO_SCSV
  test.each([
    ["the victim's own first hello", (hello: ClientHello) => hello],
    ['no renegotiation_info', withInfo(undefined)],
    ['no renegotiation_info, but the signalling suite', withInfo(undefined, [scsv])],
    ['the verify_data of another connection', withInfo(new Uint8Array(12).fill(7))],
    ['a verify_data that is cut short', withInfo(new Uint8Array(11))],
  ])('%s', (_, edit) => {
    const peer = attackServer({ victim: { renegotiation: 'freely' } })
    peer.applicationData(bytes('GET /pizza?toppings=pepperoni;address=attackersaddress'))
    peer.raw(withExtensions(firstHello(), edit))
    expectBroken(peer, mismatch, ['GET /pizza?toppings=pepperoni;address=attackersaddress'])
  })

  test('the right verify_data beside the signalling suite', () => {
    let ours: Uint8Array = new Uint8Array()
    const peer = attackServer({
      victim: { renegotiation: 'freely' },
      verifyData: (honest) => {
        ours = honest
        return honest
      },
    })
    peer.raw(withExtensions(firstHello(), withInfo(ours, [scsv])))
    expectBroken(peer, mismatch)
  })
})

describe('renegotiation injection, the second half: a client takes two servers for one', () => {
  /** The attacker has a certificate that the client accepts, and asks it to begin again. */
  function askedAgain(): HostileServer {
    const peer = attackClient({ victim: { renegotiation: 'freely' } })
    peer.raw(Uint8Array.of(0, 0, 0, 0))
    expect(peer.victim.state).toBe('Renegotiating')
    return peer
  }

  test("the honest server that is shown the victim's second hello as a first one refuses", () => {
    const peer = askedAgain()
    const hello = encodeHandshake('client_hello', peer.clientHello ?? expect.fail('no hello'))
    const honest = victimServer({ ...mutual('ecdsaP256').server, renegotiation: 'freely' })
    honest.endpoint.start()
    honest.endpoint.receive(Uint8Array.of(22, 3, 3, hello.length >> 8, hello.length & 0xff, ...hello))
    expect(honest.fault).toMatchObject({ code: mismatch.fault, alert: mismatch.alert })
  })

  test.each([
    ['an empty renegotiation_info, as on a new connection', Uint8Array.of(0)],
    ['bytes of the right length', Uint8Array.of(24, ...new Uint8Array(24))],
  ])('the client refuses %s', (_, extensionData) => {
    const peer = askedAgain()
    const hello = peer.serverHello()
    const extensions = (hello.extensions ?? []).filter(
      ({ extensionType }) => extensionType !== ExtensionType.renegotiation_info,
    )
    const info = { extensionType: ExtensionType.renegotiation_info, extensionData }
    peer.message('server_hello', { ...hello, extensions: [...extensions, info] })
    expectBroken(peer, mismatch)
  })

  test('the client refuses a hello without renegotiation_info', () => {
    const peer = askedAgain()
    const hello = peer.serverHello()
    const extensions = (hello.extensions ?? []).filter(
      ({ extensionType }) => extensionType !== ExtensionType.renegotiation_info,
    )
    peer.message('server_hello', { ...hello, extensions })
    expectBroken(peer, mismatch)
  })

  test('a server that does not know RFC 5746 is not renegotiated with, whatever the policy', () => {
    const peer = hostileServer({
      victim: { renegotiation: 'freely', secureRenegotiation: 'tolerate' },
      edit: { server_hello: (hello) => ({ ...hello, extensions: hello.extensions?.slice(1) ?? [] }) },
    })
    peer.start()
    for (const step of peer.script()) step.run(peer)
    expect(peer.victim.established).toBe(true)
    peer.raw(Uint8Array.of(0, 0, 0, 0))
    expect(peer.alerts).toEqual([{ level: 1, description: 100 }])
    expect(() => peer.victim.endpoint.renegotiate()).toThrow(expect.objectContaining({ code: 'misuse' }))
    expect(peer.victim.state).toBe('Connected')
  })
})
