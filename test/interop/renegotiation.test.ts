/** Renegotiation with OpenSSL, begun by either side, in both roles. */
import { describe, expect, test } from 'vitest'
import { clientEndpoint, serverEndpoint } from '../../src/adapters/options.js'
import { credentialOf, noble, pinTo } from '../support/endpoints.js'
import { connectTcp, listenOnce, type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'
import { opensslAbsent, opensslVersion, startClient, startServer, trustOurs } from './openssl.js'
import type { Program } from './program.js'

const handshakes = (end: TcpEnd): number => {
  const { state } = end.endpoint.connection
  return state.name === 'Connected' ? 1 + state.renegotiations : 0
}

const reaches = (end: TcpEnd, count: number): Promise<true> =>
  end.until(`handshake ${count}`, () => {
    if (end.fault !== undefined) throw end.fault
    return handshakes(end) === count || undefined
  })

/** Our server with one s_client. */
async function serve(
  clientAuthentication: 'none' | 'require',
  meet: (end: TcpEnd, program: Program) => Promise<void>,
): Promise<void> {
  const endpoint = serverEndpoint(noble, {
    credentials: [credentialOf('server', 'ecdsaP256')],
    verifier: pinTo('client', 'ecdsaP256'),
    clientAuthentication,
    renegotiation: 'freely',
  })
  const listener = await listenOnce(endpoint)
  const program = startClient(listener.port, { kind: 'ecdsaP256' })
  try {
    const end = await listener.accepted
    await end.established()
    await meet(end, program)
    end.send('all is well\n')
    await program.says(/all is well\n/)
    program.write('here too\n')
    await end.receives('here too\n')
    expect(end.fault).toBeUndefined()
  } finally {
    listener.close()
    await program.stop()
  }
}

/** Our client with one s_server. */
async function connect(args: readonly string[], meet: (end: TcpEnd, program: Program) => Promise<void>): Promise<void> {
  const { program, port } = await startServer(['ecdsaP256'], args, {}, args.includes('-naccept') ? [] : ['-rev'])
  try {
    const endpoint = clientEndpoint(noble, {
      serverName: 'localhost',
      verifier: pinTo('server', 'ecdsaP256'),
      credentials: [credentialOf('client', 'ecdsaP256')],
      renegotiation: 'freely',
    })
    const end = await connectTcp(endpoint, port)
    await end.established()
    await meet(end, program)
    expect(end.fault).toBeUndefined()
    end.endpoint.close()
  } finally {
    await program.stop()
  }
}

describe.skipIf(opensslAbsent)(`renegotiation with ${opensslVersion}`, { timeout: TEST_TIMEOUT }, () => {
  test.each(['none', 'require'] as const)(
    's_client asks our server (client authentication: %s)',
    async (authentication) => {
      await serve(authentication, async (end, program) => {
        for (const count of [2, 3]) {
          program.write('R\n')
          await reaches(end, count)
        }
        expect(end.endpoint.connection.summary?.peer.identity !== undefined).toBe(authentication === 'require')
      })
    },
  )

  test('our server asks s_client, for its certificate too', async () => {
    await serve('none', async (end) => {
      expect(end.summary?.peer.kind).toBe('none')
      end.endpoint.renegotiate({ clientAuthentication: 'require' })
      await reaches(end, 2)
      expect(end.endpoint.connection.summary?.peer.kind).toBe('certificate and signature')
    })
  })

  test('our client asks s_server', async () => {
    await connect(['-client_renegotiation'], async (end) => {
      for (const count of [2, 3]) {
        end.endpoint.renegotiate()
        await reaches(end, count)
        end.send(`line ${count}\n`)
        await end.receives(`${count} enil`)
      }
    })
  })

  test('s_server that refuses is told of as such', async () => {
    await connect([], async (end) => {
      end.endpoint.renegotiate()
      await end.until('the old connection', () => end.endpoint.connection.state.name === 'Connected' || undefined)
      expect(handshakes(end)).toBe(1)
      end.send('go on\n')
      await end.receives('no og')
    })
  })

  test.each([
    ['r', false],
    ['R', true],
  ] as const)('s_server asks our client with %s', async (command, authenticates) => {
    await connect(['-naccept', '1', ...trustOurs], async (end, program) => {
      program.write(`${command}\n`)
      await reaches(end, 2)
      expect(end.endpoint.connection.summary?.authenticatedToPeer).toBe(authenticates)
      end.send('from us\n')
      await program.says(/from us\n/)
    })
  })
})
