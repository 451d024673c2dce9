/** What a session does to the hellos and the road of the next handshake, and what ends it (RFC 5246 §7.3, RFC 5246 §7.4.1.2). */
import { describe, expect, test } from 'vitest'
import type { ClientHelloToReview } from '../../src/crypto/hello-review.js'
import type { ClientHello } from '../../src/messages/client-hello.js'
import { decodeHandshakeBody } from '../../src/messages/handshake.js'
import { CipherSuite } from '../../src/registry/cipher-suite.js'
import { play, resumedBy, resuming, summariesOf } from './ends.js'

const kinds = ['session id', 'ticket'] as const

const GCM = 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'
const CHACHA = 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'

/** A review that changes nothing. */
const reading =
  (read: (hello: ClientHello) => void) =>
  ({ raw }: ClientHelloToReview): undefined => {
    read(decodeHandshakeBody('client_hello', raw))
  }

describe.each(kinds)('a session resumed by %s', (by) => {
  test('leads both sides from the hellos to ChangeCipherSpec and Finished at once', () => {
    const { client, server } = resuming(by)
    play(client, server)
    const road = { client: [] as string[], server: [] as string[] }
    const played = play(
      { ...client, observe: ({ after }) => road.client.push(after.name) },
      { ...server, observe: ({ after }) => road.server.push(after.name) },
    )
    expect(resumedBy(played)).toEqual([by, by])
    const finish = ['ExpectResumingChangeCipherSpec', 'ExpectResumingFinished', 'Connected']
    expect(road.client.slice(-4)).toEqual(['ExpectServerHello', ...finish])
    expect(road.server.slice(-3)).toEqual(finish)
    expect([...road.client, ...road.server].filter((name) => /Certificate$|KeyExchange|HelloDone/.test(name))).toEqual(
      [],
    )
  })

  test('is shown with its own suite and null compression among those offered', () => {
    const { client, server } = resuming(by)
    play(client, server)
    const offered: ClientHello[] = []
    const second = play(client, { ...server, reviewClientHello: reading((hello) => offered.push(hello)) })
    expect(resumedBy(second)).toEqual([by, by])
    expect(offered[0]?.sessionId.length).toBe(32)
    expect(offered[0]?.cipherSuites).toContain(summariesOf(second).client.negotiated.suite.cipherSuite)
    expect(offered[0]?.compressionMethods).toEqual([0])
  })

  test('is not shown where its suite would not be offered', () => {
    const { client, server } = resuming(by)
    play({ ...client, cipherSuites: [GCM] }, server)
    const second = play({ ...client, cipherSuites: [CHACHA] }, server)
    expect(resumedBy(second)).toEqual([undefined, undefined])
    expect(summariesOf(second).client.negotiated.suite.name).toBe(CHACHA)
  })

  test('is declined by a full handshake, under another suite too', () => {
    const { client, server } = resuming(by)
    expect(summariesOf(play(client, { ...server, cipherSuites: [GCM] })).client.negotiated.suite.name).toBe(GCM)
    const second = play(client, { ...server, cipherSuites: [CHACHA] })
    expect(resumedBy(second)).toEqual([undefined, undefined])
    expect(summariesOf(second).client.negotiated.suite.name).toBe(CHACHA)
  })

  test('is no fallback: the hello that shows it does not say so (RFC 7507 §4)', () => {
    const { client, server } = resuming(by)
    const said: boolean[] = []
    const reviewClientHello = reading(({ cipherSuites }) =>
      said.push(cipherSuites.includes(CipherSuite.TLS_FALLBACK_SCSV)),
    )
    const rounds = [1, 2].map(() => resumedBy(play({ ...client, fallback: true }, { ...server, reviewClientHello }))[0])
    expect(rounds).toEqual([undefined, by])
    expect(said).toEqual([true, false])
  })

  test('is forgotten by its client when a connection of it fails', () => {
    const { client, server, cache } = resuming(by)
    const first = play(client, server)
    expect(cache.size).toBe(1)
    first.client.receive(Uint8Array.of(23, 3, 3, 0, 1, 0))
    expect(first.faultOf('client')?.code).toBe('bad_record_mac')
    expect(cache.size).toBe(0)
    expect(resumedBy(play(client, server))).toEqual([undefined, undefined])
  })
})

describe('the store of a server', () => {
  test('forgets the session of a connection that failed, whichever side failed it', () => {
    for (const side of ['client', 'server'] as const) {
      const { client, server, store } = resuming('session id')
      const first = play(client, server)
      expect(store.size).toBe(1)
      first[side].receive(Uint8Array.of(23, 3, 3, 0, 1, 0))
      expect(first.faultOf('server')).toBeDefined()
      expect(store.size).toBe(0)
    }
  })

  test('has sessions under ids that say nothing: 32 random bytes, fresh for each', () => {
    const ids = [1, 2, 3].map(() => {
      const { client, server } = resuming('session id')
      return summariesOf(play(client, server)).server.negotiated.sessionId
    })
    expect(ids.map(({ length }) => length)).toEqual([32, 32, 32])
    expect(new Set(ids.map(String)).size).toBe(3)
    const bits = ids
      .flatMap((id) => [...id])
      .reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0)
    // 768 bits: half of them set, within ten standard deviations.
    expect(Math.abs(bits - 384)).toBeLessThan(139)
  })
})
