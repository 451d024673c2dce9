import { describe, expect, test } from 'vitest'
import { peerText } from '../../src/cli/summary.js'
import { type By, play, resuming, summariesOf } from '../resumption/ends.js'

describe('what is said of a peer', () => {
  test.each<By>(['session id', 'ticket'])('names the proof, and that of a session resumed by %s as such', (by) => {
    const { client, server } = resuming(by)
    const [first, second] = [play(client, server), play(client, server)].map(summariesOf)
    if (first === undefined || second === undefined) throw new Error('nothing was played')
    expect(peerText(first.server, 'client')).toMatch(/^the client is authenticated by its signature \(checked: pin\)/)
    expect(peerText(second.server, 'client')).toMatch(/^the client is authenticated by a session .* \(checked: pin\)/)
    expect(peerText(second.client, 'server')).toMatch(/^the server is authenticated by a session .* \(checked: pin\)/)
  })

  test('claims nothing where nobody proved anything', () => {
    const { client, server } = resuming('ticket')
    const played = play(client, { ...server, clientAuthentication: 'none' })
    expect(peerText(summariesOf(played).server, 'client')).toBe('the client is not authenticated')
  })
})
