import { describe, expect, test } from 'vitest'
import { concat } from '../../src/bytes/convert.js'
import type { ConnectionOutput } from '../../src/connection/connection.js'
import { Bench, type End } from './bench.js'

/**
 * A peer may send whatever it likes in one piece behind its Finished or its data. What an application does on hearing of
 * the first must not fail because of the second: no peer makes a call throw that was right when it was made.
 */

/** Everything that the client has to say, in one piece, once the server has shown itself. */
function upToClientFinished(): { readonly client: End; readonly server: End; readonly flight: Uint8Array } {
  const { client, server } = new Bench({ keyExchange: 'ECDHE_RSA' }).start()
  const pass = (from: End, to: End): Uint8Array => {
    const parts: Uint8Array[] = []
    for (;;) {
      while (from.answerOne());
      const output = from.connection.poll()
      if (output === undefined) break
      if (output.type === 'transmit') parts.push(output.bytes)
    }
    const bytes = concat(...parts)
    if (to === client) to.connection.receive(bytes)
    return bytes
  }
  server.connection.receive(pass(client, server))
  pass(server, client)
  return { client, server, flight: pass(client, server) }
}

/** What an end puts out until nothing is left, with its state at that moment; `act` is the application. */
function hear(
  end: End,
  act: (output: ConnectionOutput) => void = () => {},
): (readonly [ConnectionOutput['type'], string])[] {
  const heard: (readonly [ConnectionOutput['type'], string])[] = []
  for (;;) {
    while (end.answerOne());
    const output = end.connection.poll()
    if (output === undefined) return heard
    heard.push([output.type, end.state])
    act(output)
  }
}

const garbage = Uint8Array.from([22, 3, 3, 0, 40, ...new Uint8Array(40)])

describe('what an application hears', () => {
  test('of a completed handshake comes before the broken record behind it', () => {
    const { server, flight } = upToClientFinished()
    server.connection.receive(concat(flight, garbage))
    const heard = hear(server, ({ type }) => {
      if (type !== 'established') return
      server.connection.send(Uint8Array.of(1))
      expect(server.connection.exportKeyingMaterial('EXPERIMENTAL test', 16).length).toBe(16)
    })
    expect(heard).toEqual([
      ['transmit', 'Connected'],
      ['established', 'Connected'],
      ['transmit', 'Connected'],
      ['transmit', 'Failed'],
      ['failed', 'Failed'],
    ])
  })

  test('of data comes before the close_notify behind it, so that the answer to it goes out first', () => {
    const { client, server, flight } = upToClientFinished()
    server.connection.receive(flight)
    for (const output of drained(server)) if (output.type === 'transmit') client.connection.receive(output.bytes)
    expect(hear(client)).toEqual([['established', 'Connected']])
    client.connection.send(Uint8Array.of(1, 2, 3))
    client.connection.close()
    const question = drained(client).flatMap((output) => (output.type === 'transmit' ? [output.bytes] : []))
    server.connection.receive(concat(...question))
    // the transport ends right behind it, which is no truncation
    server.connection.endOfTransport()
    const heard = hear(server, ({ type }) => {
      if (type === 'application_data') server.connection.send(Uint8Array.of(3, 2, 1))
    })
    expect(heard.map(([type]) => type)).toEqual(['application_data', 'transmit', 'peerClosed', 'transmit'])
    expect(server.state).toBe('Closed')
  })

  test('of data that fills several records comes in order, and back-pressure is there meanwhile', () => {
    const { client, server, flight } = upToClientFinished()
    server.connection.receive(flight)
    for (const output of drained(server)) if (output.type === 'transmit') client.connection.receive(output.bytes)
    hear(client)
    client.connection.send(new Uint8Array(100_000))
    for (const output of drained(client)) if (output.type === 'transmit') server.connection.receive(output.bytes)
    expect(server.connection.wantsInput).toBe(false)
    const lengths = drained(server).map((output) => (output.type === 'application_data' ? output.data.length : 0))
    expect(lengths.reduce((sum, length) => sum + length)).toBe(100_000)
    expect(server.connection.wantsInput).toBe(true)
  })

  test('of a truncation comes after the data before it', () => {
    const { client, server, flight } = upToClientFinished()
    server.connection.receive(flight)
    for (const output of drained(server)) if (output.type === 'transmit') client.connection.receive(output.bytes)
    hear(client)
    for (const byte of [1, 2]) client.connection.send(Uint8Array.of(byte))
    for (const output of drained(client)) if (output.type === 'transmit') server.connection.receive(output.bytes)
    server.connection.endOfTransport()
    expect(hear(server).map(([type]) => type)).toEqual(['application_data', 'application_data', 'failed'])
    expect(server.connection.state).toMatchObject({ fault: { code: 'truncated' } })
  })
})

/** Everything that an end has for its owner now. */
function drained(end: End): ConnectionOutput[] {
  const outputs: ConnectionOutput[] = []
  hear(end, (output) => outputs.push(output))
  return outputs
}
