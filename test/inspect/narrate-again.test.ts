/** How handshakes are told that are not the first: abbreviated ones (RFC 5246 figure 2, RFC 5077 figure 2), and renegotiation. */
import { describe, expect, it } from 'vitest'
import type { ClientOptions, ServerOptions } from '../../src/adapters/options.js'
import { type DescribedStep, Narrator, narrate, type Side, Trace } from '../../src/inspect/index.js'
import { encodeHandshake } from '../../src/messages/handshake.js'
import { type By, play, resumedBy, resuming } from '../resumption/ends.js'
import { mutual } from '../support/endpoints.js'

const kinds: readonly By[] = ['session id', 'ticket']
const both: readonly Side[] = ['client', 'server']

const brief = (steps: readonly DescribedStep[]): string[] =>
  steps.map(({ direction, message, title }) => (message === '' ? title : `${direction}: ${message}`))

const factOf = (steps: readonly DescribedStep[], title: string, name: string): string | undefined =>
  steps.findLast((step) => step.title === title)?.facts.find((fact) => fact.name === name)?.value

/** Plays under observation of these sides. */
function traced(sides: readonly Side[], client: ClientOptions, server: ServerOptions) {
  const trace = new Trace({ sides })
  const watched = (side: Side) => (sides.includes(side) ? { observe: trace.observe } : {})
  const played = play({ ...client, ...watched('client') }, { ...server, ...watched('server') })
  return { played, steps: () => narrate(trace) }
}

/** The second handshake of two ends that have met. */
function again(by: By, sides = both) {
  const { client, server } = resuming(by)
  resumedBy(play(client, server))
  const told = traced(sides, client, server)
  resumedBy(told.played)
  return told.steps()
}

describe.each(kinds)('a session that is resumed by %s', (by) => {
  it('is told in the order of RFC 5246 figure 2, each certificate judged again first', () => {
    expect(brief(again(by))).toEqual([
      'The client judges its session again',
      'client to server: client_hello',
      'The server judges its session again',
      'server to client: server_hello',
      'Both derive the keys',
      'server to client: change_cipher_spec, finished',
      'client to server: change_cipher_spec, finished',
    ])
  })

  it('claims nothing of a side that is not seen, and no checks that are not made', () => {
    for (const side of both) {
      const other = side === 'client' ? 'server' : 'client'
      const told = brief(again(by, [side]))
      expect(told).toContain(`The ${side} judges its session again`)
      expect(told.filter((title) => title.startsWith(`The ${other}`))).toEqual([])
    }
  })

  it('says by what it is asked for and taken up, and what is new', () => {
    const steps = again(by)
    expect(factOf(steps, 'Client hello', 'session id')).toMatch(
      by === 'ticket' ? /^32 bytes: .*made up/ : /^32 bytes: .*would resume/,
    )
    expect(factOf(steps, 'Client hello', 'session_ticket')).toMatch(by === 'ticket' ? /^\d+ bytes/ : /^empty/)
    expect(factOf(steps, 'Server hello', 'session id')).toMatch(/the client's: it is resumed$/)
    expect(factOf(steps, 'Both derive the keys', 'master secret')).toMatch(/session which is resumed/)
    expect(factOf(steps, 'Both derive the keys', 'new')).toMatch(/randoms of both hellos/)
    // Finished covers the two hellos, and the client's the server's Finished too (RFC 5246 §7.4.9)
    expect(factOf(steps, "Server's change cipher spec and finished", 'verify data')).toMatch(/all 2 messages/)
    expect(factOf(steps, "Client's change cipher spec and finished", 'verify data')).toMatch(/all 3 messages/)
  })

  it('is left where its certificate is not accepted any more', () => {
    const { client, server } = resuming(by)
    resumedBy(play(client, server))
    const environment = { reverifySession: () => ({ accepted: false, reason: 'expired', message: 'old' }) as const }
    const { steps } = traced(both, { ...client, environment }, server)
    expect(factOf(steps(), 'The client judges its session again', 'so')).toMatch(/full handshake/)
    expect(factOf(steps(), 'Client hello', 'session id')).toMatch(/^empty/)
    expect(brief(steps())).toContain('server to client: certificate')
  })
})

describe('a ticket', () => {
  it('is told as what it is and what it is for', () => {
    const { client, server } = resuming('ticket')
    const steps = traced(both, client, server).steps()
    const title = 'New session ticket'
    expect(brief(steps).slice(-2)).toEqual([
      'server to client: new_session_ticket',
      'server to client: change_cipher_spec, finished',
    ])
    expect(factOf(steps, 'Server hello', 'session_ticket')).toMatch(/NewSessionTicket will follow/)
    expect(factOf(steps, title, 'ticket')).toMatch(/^\d+ bytes that nobody but the server can read$/)
    expect(factOf(steps, title, 'holds')).toMatch(/^the session, sealed/)
    expect(factOf(steps, title, 'for')).toMatch(/later ClientHello/)
    expect(factOf(steps, title, 'lifetime')).toBe('43200 seconds, a hint') // twelve hours: the keys' default
  })

  it('may be none, or of no said lifetime (RFC 5077 §3.3)', () => {
    const tell = (ticket: Uint8Array, ticketLifetimeHint: number) => {
      const raw = encodeHandshake('new_session_ticket', { ticket, ticketLifetimeHint })
      return new Narrator({ sides: ['client'] }).accept({
        type: 'message',
        sender: 'server',
        name: 'new_session_ticket',
        raw,
      })
    }
    expect(tell(new Uint8Array(), 0)[0]?.facts).toEqual([{ name: 'ticket', value: expect.stringMatching(/^none/) }])
    expect(factOf(tell(new Uint8Array(9), 0), 'New session ticket', 'lifetime')).toMatch(/^not said/)
    expect(factOf(tell(new Uint8Array(9), 1), 'New session ticket', 'lifetime')).toBe('1 second, a hint')
  })
})

describe('another handshake on the same connection', () => {
  function renegotiated(asking: Side, sides = both, policy: ServerOptions['renegotiation'] = 'freely') {
    const { client, server } = mutual('ecdsaP256')
    const told = traced(sides, { ...client, renegotiation: policy }, { ...server, renegotiation: policy })
    told.played.client.send(Uint8Array.of(1))
    const before = told.steps().length
    told.played[asking].renegotiate()
    return { ...told, steps: told.steps().slice(before) }
  }
  const title = 'Client hello, for another handshake'

  it.each(both)('is told with who asked for it: the %s', (asking) => {
    const { steps } = renegotiated(asking)
    const request = asking === 'server' ? ['server to client: hello_request'] : []
    expect(brief(steps)).toEqual([
      ...request,
      'client to server: client_hello',
      'server to client: server_hello',
      'server to client: certificate',
      'server to client: server_key_exchange',
      'server to client: certificate_request',
      'server to client: server_hello_done',
      "The client checks the server's certificate and signature",
      'client to server: certificate',
      'client to server: client_key_exchange',
      'client to server: certificate_verify',
      'The server checks all three',
      'Both derive the keys',
      'client to server: change_cipher_spec, finished',
      'server to client: change_cipher_spec, finished',
    ])
    expect(factOf(steps, title, 'asked for by')).toMatch(
      asking === 'client' ? /^the client/ : /^the server, .*HelloRequest/,
    )
    // HelloRequest is in no transcript (RFC 5246 §7.4.1.1)
    expect(factOf(steps, "Client's change cipher spec and finished", 'verify data')).toMatch(
      /^12 bytes over all 9 messages/,
    )
  })

  it('says what binds it to the one before: 12 bytes of verify_data, and 24 in the answer (RFC 5746 §3.2)', () => {
    const { steps } = renegotiated('client')
    expect(factOf(steps, title, 'renegotiation_info')).toMatch(
      /^12 bytes, the client's verify data of the last Finished/,
    )
    expect(factOf(steps, 'Server hello', 'renegotiation_info')).toMatch(
      /^24 bytes, first the client's, then the server's/,
    )
    const { client, server } = mutual('ecdsaP256')
    const first = traced(both, client, server).steps()
    expect(factOf(first, 'Client hello', 'renegotiation_info')).toBe('empty: the first handshake of this connection')
    expect(factOf(first, 'Server hello', 'renegotiation_info')).toBe('empty: the first handshake of this connection')
    expect(factOf(first, 'Client hello', 'asked for by')).toBeUndefined()
  })

  it('says what it travels under and what it replaces', () => {
    const { steps } = renegotiated('server')
    expect(factOf(steps, title, 'travels')).toMatch(/keys of the handshake before/)
    expect(factOf(steps, 'Both derive the keys', 'replace')).toMatch(/each direction from its ChangeCipherSpec/)
  })

  it('tells of each side that is not seen that nothing is known of its checks', () => {
    const { steps } = renegotiated('client', ['client'])
    expect(factOf(steps, 'The server checks all three', 'seen')).toMatch(/^nothing/)
    expect(factOf(steps, "The client checks the server's certificate and signature", 'signature')).toMatch(/^right/)
  })

  it.each(both)('may be declined, which leaves the connection as it was: asked for by the %s', (asking) => {
    const { steps, played } = renegotiated(asking, both, 'refuse')
    const other = asking === 'client' ? 'server' : 'client'
    expect(brief(steps).at(-1)).toBe(`${other} to ${asking}: alert`)
    expect(factOf(steps, `Alert from the ${other}`, 'alert')).toBe('no_renegotiation (warning)')
    expect(factOf(steps, `Alert from the ${other}`, 'means')).toMatch(/leaves the connection as it was$/)
    expect(played.client.connection.state.name).toBe('Connected')
  })
})
