import { describe, expect, test } from 'vitest'
import { type By, play, resumedBy, resuming, summariesOf } from './ends.js'

const kinds: readonly By[] = ['session id', 'ticket']

describe.each(kinds)('resumption by %s', (by) => {
  test('abbreviates the second handshake, and keeps the client authenticated', () => {
    const { client, server } = resuming(by)
    const first = play(client, server)
    expect(resumedBy(first)).toEqual([undefined, undefined])
    const second = play(client, server)
    expect(resumedBy(second)).toEqual([by, by])
    const { client: ours, server: theirs } = summariesOf(second)
    expect([ours.peer.kind, theirs.peer.kind]).toEqual(['resumed session', 'resumed session'])
    expect(theirs.peer.identity?.certificateChain).toEqual(summariesOf(first).server.peer.identity?.certificateChain)
    expect([ours.authenticatedToPeer, theirs.authenticatedToPeer]).toEqual([true, true])
    expect(ours.negotiated.suite).toBe(summariesOf(first).client.negotiated.suite)
  })

  test('goes on for many handshakes, each with keys of its own, and both sides with the same', () => {
    const { client, server } = resuming(by)
    const exported = new Set<string>()
    for (let round = 0; round < 5; round++) {
      const played = play(client, server)
      expect(resumedBy(played)).toEqual(round === 0 ? [undefined, undefined] : [by, by])
      const [ours, theirs] = [played.client, played.server].map(({ connection }) =>
        connection.exportKeyingMaterial('EXPERIMENTAL test', 32).join(),
      )
      expect(ours).toBe(theirs)
      exported.add(ours ?? '')
      played.client.send(Uint8Array.of(round))
      played.server.send(Uint8Array.of(round, round))
      expect([played.dataOf('server'), played.dataOf('client')]).toEqual([
        Uint8Array.of(round),
        Uint8Array.of(round, round),
      ])
    }
    expect(exported.size).toBe(5)
  })
})
