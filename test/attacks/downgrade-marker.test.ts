/**
 * The marks by which a server that speaks TLS 1.3 says that it chose less (RFC 8446 §4.1.3). They are for clients that
 * speak TLS 1.3: one that speaks no more than TLS 1.2 sees the first of them from every such server, and must go on.
 */
import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import { mutual, noble, play } from '../support/endpoints.js'
import { attackClient, expectConnected, expectDefeat } from './arena.js'

const downgrade = new TextEncoder().encode('DOWNGRD')
const marked = (chosen: 0 | 1): Uint8Array => concat(noble.randomBytes(24), downgrade, Uint8Array.of(chosen))

describe('a client of TLS 1.2', () => {
  test.each([0, 1] as const)('goes on with a server that chose TLS 1.2 and left the mark %i', (chosen) => {
    expectConnected(attackClient({ serverRandom: marked(chosen) }))
  })

  test.each([
    [0x0302, 0],
    [0x0301, 0],
    [0x0302, 1],
  ] as const)('refuses version %i with the mark %i, as without it', (serverVersion, chosen) => {
    const attack = attackClient({
      serverRandom: marked(chosen),
      script: (honest) =>
        honest.map((step) =>
          step.name === 'server_hello'
            ? { ...step, run: (it) => it.message('server_hello', { ...it.serverHello(), serverVersion }) }
            : step,
        ),
    })
    expectDefeat(attack, { fault: 'unsupported_version', alert: 'protocol_version' })
  })
})

test('our server leaves no mark: it never chooses less than it speaks', () => {
  const { client, server } = mutual('ecdsaP256')
  for (let round = 0; round < 4; round++) {
    const { negotiated } = play(client, server).client.connection.summary ?? {}
    expect(negotiated?.serverRandom).toHaveLength(32)
    expect(negotiated?.serverRandom.subarray(24, 31)).not.toEqual(downgrade)
  }
})
