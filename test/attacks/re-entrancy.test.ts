/** Callbacks that call back: whoever looks on at a step, or answers late, must not bring the connection out of order. */
import { describe, expect, test, vi } from 'vitest'
import type { Endpoint } from '../../src/adapters/endpoint.js'
import { joinInMemory } from '../../src/adapters/in-memory.js'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { Secret } from '../../src/bytes/secret.js'
import type { ObservedStep } from '../../src/connection/role.js'
import { mutual, noble } from '../support/endpoints.js'
import { bytes, text } from './victim.js'

/** Until what promises have started is over; rejections that nobody handles are reported by then. */
const turn = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5))

const SAID = 'said by an observer'

/** A mutual handshake in which `onConnected` of each side is called within the step that connects it. */
function observed(onConnected: (side: 'client' | 'server', own: Endpoint) => void) {
  const ends: { client?: Endpoint; server?: Endpoint } = {}
  const watch = (side: 'client' | 'server') => ({
    observe: ({ before, after }: ObservedStep) => {
      const own = ends[side]
      if (after.name === 'Connected' && before.name !== 'Connected' && own !== undefined) onConnected(side, own)
    },
  })
  const options = mutual('ecdsaP256')
  const client = clientEndpoint(noble, { ...options.client, ...watch('client') })
  const server = serverEndpoint(noble, { ...options.server, ...watch('server') })
  Object.assign(ends, { client, server })
  const wire: number[] = []
  const heard: Record<'client' | 'server', string[]> = { client: [], server: [] }
  joinInMemory(client, server, (side, output) => {
    if (output.type === 'transmit') wire.push(...output.bytes)
    else heard[side].push(output.type === 'application_data' ? text(output.data) : output.type)
  })
  return { client, server, heard, wire: text(Uint8Array.from(wire)) }
}

describe('an observer that calls back', () => {
  test('what it sends within the step that connects leaves behind our Finished and under the new keys', () => {
    const { client, server, heard, wire } = observed((_side, own) => own.send(bytes(SAID)))
    expect(wire).not.toContain(SAID)
    expect(heard).toEqual({ client: ['established', SAID], server: ['established', SAID] })
    expect([client.connection.state.name, server.connection.state.name]).toEqual(['Connected', 'Connected'])
  })

  test('closing within the step that connects sends Finished first', () => {
    const { client, server, heard } = observed((side, own) => side === 'server' && own.close())
    expect(heard).toEqual({ client: ['established', 'peerClosed'], server: ['established', 'peerClosed'] })
    expect([client.connection.state.name, server.connection.state.name]).toEqual(['Closed', 'Closed'])
  })

  test('ending the connection within the step that connects ends it', () => {
    const { server, heard } = observed((side, own) => side === 'server' && own.abort('aborted', 'enough'))
    expect(heard.server).toEqual(['established', 'failed'])
    expect(server.connection.state.name).toBe('Failed')
    expect(() => server.send(bytes(SAID))).toThrow(expect.objectContaining({ code: 'misuse' }))
  })
})

describe('an answer that comes when the connection has failed', () => {
  const hostile = {
    get masterSecret(): never {
      throw new Error('not for you')
    },
  }

  test.each([null, undefined, 0, 'yes', {}, { session: null }, { preMasterSecret: 1 }, { masterSecret: {} }, hostile])(
    'of whatever shape (%#), it is dropped without an unhandled rejection',
    async (answer) => {
      const unhandled = vi.fn()
      process.on('unhandledRejection', unhandled)
      let resolve: (value: unknown) => void = () => {}
      const late = new Promise((done) => {
        resolve = done
      })
      const { client: options } = mutual('ecdsaP256')
      const environment = { verifyCertificate: () => late as never } // an answer of any shape is the point
      const client = clientEndpoint(noble, { ...options, environment })
      const server = serverEndpoint(noble, mutual('ecdsaP256').server)
      joinInMemory(client, server)
      client.abort('aborted', 'no longer wanted')
      resolve(answer)
      await turn()
      process.off('unhandledRejection', unhandled)
      expect(unhandled).not.toHaveBeenCalled()
      expect(client.connection.state.name).toBe('Failed')
    },
  )

  test('a secret in it is wiped', async () => {
    const secret = new Secret(new Uint8Array(48).fill(7))
    let resolve: (value: unknown) => void = () => {}
    const late = new Promise((done) => {
      resolve = done
    })
    const environment = { agreeKey: () => late as never } // a secret that is there when nobody wants it any more
    const client = clientEndpoint(noble, { ...mutual('ecdsaP256').client, environment })
    joinInMemory(client, serverEndpoint(noble, mutual('ecdsaP256').server))
    client.abort('aborted', 'no longer wanted')
    resolve(secret)
    await turn()
    expect(secret.wiped).toBe(true)
  })
})
