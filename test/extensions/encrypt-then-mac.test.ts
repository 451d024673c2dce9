import { describe, expect, test } from 'vitest'
import { ExtensionType } from '../../src/registry/extension-type.js'
import { attackClient, attackServer, expectDefeat } from '../attacks/arena.js'
import { exchange } from './wire.js'

const type = ExtensionType.encrypt_then_mac
const cbc = { cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'] } as const
const aead = { cipherSuites: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] } as const
const both = { cipherSuites: [...aead.cipherSuites, ...cbc.cipherSuites] } as const

const agreed = ({ summaries }: ReturnType<typeof exchange>) => [
  summaries.client?.negotiated.encryptThenMac,
  summaries.server?.negotiated.encryptThenMac,
]

describe('encrypt_then_mac (RFC 7366)', () => {
  test('is agreed on by default where a CBC suite is, and data passes', () => {
    const met = exchange(cbc, cbc, { say: 'under the other order' })
    expect(met.offered(type)).toEqual(new Uint8Array())
    expect(met.answered(type)).toEqual(new Uint8Array())
    expect(agreed(met)).toEqual([true, true])
    expect(met.received).toEqual({ client: 'under the other order', server: 'under the other order' })
  })

  test('changes what is on the wire: the MAC lies behind whole blocks', () => {
    const lengthOfLast = (encryptThenMac: boolean): number =>
      exchange({ ...cbc, encryptThenMac }, cbc, { say: 'a' }).records.client.at(-1)?.length ?? 0
    // RFC 7366 §3: IV, one block for a byte and its padding, 20 bytes of HMAC-SHA-1
    expect(lengthOfLast(true)).toBe(5 + 16 + 16 + 20)
    // RFC 5246 §6.2.3.2: IV, and a byte, 20 bytes of MAC and padding in two blocks
    expect(lengthOfLast(false)).toBe(5 + 16 + 32)
  })

  test.each([
    ['the client', { encryptThenMac: false }, {}],
    ['the server', {}, { encryptThenMac: false }],
  ])('stays away where %s has it off', (_, client, server) => {
    const met = exchange({ ...cbc, ...client }, { ...cbc, ...server }, { say: 'as ever' })
    expect(met.answered(type)).toBeUndefined()
    expect(agreed(met)).toEqual([false, false])
    expect(met.received.server).toBe('as ever')
  })

  test('is not offered without a CBC suite, and not answered where another kind is chosen (RFC 7366 §3)', () => {
    expect(exchange(aead).offered(type)).toBeUndefined()
    const met = exchange(both, both)
    expect(met.offered(type)).toEqual(new Uint8Array())
    expect(met.summaries.server?.negotiated.suite.name).toBe(aead.cipherSuites[0])
    expect(met.answered(type)).toBeUndefined()
    expect(agreed(met)).toEqual([false, false])
  })

  test('a server that answers it for an AEAD suite is refused', () => {
    const peer = attackClient({
      victim: both,
      edit: {
        server_hello: (hello) => ({
          ...hello,
          extensions: [...(hello.extensions ?? []), { extensionType: type, extensionData: new Uint8Array() }],
        }),
      },
    })
    expectDefeat(peer, { fault: 'bad_extension', alert: 'illegal_parameter', state: 'ExpectServerHello' })
  })

  test('data in it is malformed, from either side', () => {
    const filled = { extensionType: type, extensionData: Uint8Array.of(1) }
    const client = attackClient({
      victim: both,
      edit: { server_hello: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), filled] }) },
    })
    expectDefeat(client, { fault: 'malformed_extension', alert: 'decode_error', state: 'ExpectServerHello' })
    const server = attackServer({
      edit: { client_hello: (hello) => ({ ...hello, extensions: [...(hello.extensions ?? []), filled] }) },
    })
    expectDefeat(server, { fault: 'malformed_extension', alert: 'decode_error', state: 'ExpectClientHello' })
  })
})
