/** What null and `undefined` mean as answers of the environment: nothing, where the need knows that, and a refusal elsewhere. */
import { describe, expect, test } from 'vitest'
import type { ServerOptions } from '../../src/adapters/options.js'
import type { Environment } from '../../src/crypto/environment.js'
import type { NeedType } from '../../src/handshake/need.js'
import { type By, play, resumedBy, resuming } from '../resumption/ends.js'
import { mutual } from '../support/endpoints.js'

/** An environment as a program without types would write it. */
const answering = (need: NeedType, answer: null | undefined): Partial<Environment> => ({ [need]: () => answer })

const nothings = [null, undefined] as const
const kinds: readonly By[] = ['session id', 'ticket']
const full = [undefined, undefined]

describe.each(nothings)('%s', (nothing) => {
  test.each(kinds)('for a session that is looked for by %s: there is a full handshake', (by) => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    const environment = answering(by === 'ticket' ? 'openTicket' : 'resumeSession', nothing)
    expect(resumedBy(play(client, { ...server, environment }))).toEqual(full)
  })

  test.each(kinds)('of who should judge a session by %s again: it is not resumed, on either side', (by) => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    const environment = answering('reverifySession', nothing)
    expect(resumedBy(play(client, { ...server, environment }))).toEqual(full)
    expect(resumedBy(play({ ...client, environment }, server))).toEqual(full)
  })

  test('for a ticket: the client is given none, and keeps no session', () => {
    const { client, server, cache } = resuming('ticket')
    const environment = answering('sealTicket', nothing)
    expect(resumedBy(play(client, { ...server, environment }))).toEqual(full)
    expect(cache.size).toBe(0)
  })

  test('for a credential: a client shows none, a server has none', () => {
    const { client, server } = mutual('ecdsaP256')
    const none = { environment: answering('selectCredential', nothing) }
    const asked: ServerOptions = { ...server, clientAuthentication: 'request' }
    expect(play({ ...client, ...none }, asked).server.connection.summary?.peer.kind).toBe('none')
    expect(play(client, { ...server, ...none }).faultOf('server')?.code).toBe('no_credential')
  })

  test.each(['verifyCertificate', 'verifySignature', 'sign'] as const)(
    'for %s is a refusal that names itself',
    (need) => {
      const { client, server } = mutual('ecdsaP256')
      for (const side of ['client', 'server'] as const) {
        const environment = answering(need, nothing)
        const played = play(
          side === 'client' ? { ...client, environment } : client,
          side === 'server' ? { ...server, environment } : server,
        )
        const fault = played.faultOf(side)
        expect(fault).toMatchObject({ code: 'need_refused', alert: 'internal_error' })
        expect(fault?.message).toContain(need)
        expect(fault?.cause).toEqual(new TypeError(`${need} was answered with ${String(nothing)}`))
        expect(played.client.connection.summary ?? played.server.connection.summary).toBeUndefined()
      }
    },
  )
})
