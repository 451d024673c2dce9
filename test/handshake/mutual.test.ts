import { describe, expect, test } from 'vitest'
import { allSuites } from '../../src/crypto/suite-parameters.js'
import { kindFor, mutual, play } from '../support/endpoints.js'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value)

describe('a mutual handshake, data both ways and a clean close, in memory and synchronously', () => {
  test.each(allSuites)('$name', (suite) => {
    const { client, server } = mutual(kindFor(suite.keyExchange))
    const played = play({ ...client, cipherSuites: [suite.name] }, { ...server, cipherSuites: [suite.name] })
    expect(played.faultOf('client') ?? played.faultOf('server')).toBeUndefined()
    expect(played.client.connection.state.name).toBe('Connected')
    expect(played.server.connection.state.name).toBe('Connected')
    expect(played.client.connection.summary?.negotiated.suite).toBe(suite)
    expect(played.server.connection.summary?.peer.kind).toBe('certificate and signature')

    played.client.send(bytes('ping'))
    played.server.send(bytes('pong'))
    expect(text(played.dataOf('server'))).toBe('ping')
    expect(text(played.dataOf('client'))).toBe('pong')
    const context = bytes('context')
    expect(played.client.connection.exportKeyingMaterial('EXPERIMENTAL test', 32, context)).toEqual(
      played.server.connection.exportKeyingMaterial('EXPERIMENTAL test', 32, context),
    )

    played.client.close()
    expect(played.client.connection.state.name).toBe('Closed')
    expect(played.server.connection.state.name).toBe('Closed')
    expect(played.outputs.filter(({ output }) => output.type === 'peerClosed').map(({ side }) => side)).toEqual([
      'server',
      'client',
    ])
  })
})
