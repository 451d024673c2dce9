/** Sessions resumed with other implementations, by id and by ticket, in both roles; mutual authentication stays mutual. */

import { constants } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { type TcpEnd, TEST_TIMEOUT } from '../support/tcp.js'
import { answering } from './gnutls.js'
import { opensslAbsent, opensslVersion, startClient, startServer, trustOurs } from './openssl.js'
import { freePort, Program, versionOf } from './program.js'
import { type By, expectResumed, kinds, Listener, resumeThrice, resumingServer } from './sessions.js'

/** Data both ways, and an end that leaves the session resumable. */
async function converse(end: TcpEnd, client: Program): Promise<void> {
  client.write('a line of theirs\n')
  await end.receives('a line of theirs\n')
  end.send('a line of ours\n')
  await client.says(/a line of ours/)
}

async function withListener(by: By, meet: (listener: Listener, port: number) => Promise<void>): Promise<void> {
  const listener = new Listener(resumingServer(by))
  try {
    await meet(listener, await listener.listen())
  } finally {
    listener.close()
  }
}

const reversed = (text: string): string => [...text].reverse().join('')
const same = (text: string): string => text

describe.skipIf(opensslAbsent)(`resumption with ${opensslVersion}`, { timeout: TEST_TIMEOUT }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls12-sessions-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(kinds)('our client, s_server: by %s', async (by) => {
    const ticket = by === 'ticket' ? [] : ['-no_ticket']
    const { program: server, port } = await startServer(['ecdsaP256'], [...ticket, '-Verify', '5', ...trustOurs])
    try {
      await resumeThrice(by, port, reversed)
    } finally {
      await server.stop()
    }
  })

  test.each(kinds)('our server, s_client: by %s', (by) =>
    withListener(by, async (listener, port) => {
      const session = join(folder, by)
      const ticket = by === 'ticket' ? [] : ['-no_ticket']
      for (const [round, files] of [
        ['-sess_out', session],
        ['-sess_in', session],
      ].entries()) {
        const client = startClient(port, { kind: 'ecdsaP256', args: [...ticket, ...files] })
        try {
          const end = await listener.connection(round)
          expectResumed(await end.established(), round === 0 ? undefined : by, 'client')
          await converse(end, client)
          client.endInput()
          await end.closedByPeer()
          expect(end.fault).toBeUndefined()
        } finally {
          await client.stop()
        }
      }
    }),
  )

  test('our server gives a full handshake to an s_client whose ticket it cannot open', async () => {
    const session = join(folder, 'strange')
    for (const args of ['-sess_out', '-sess_in']) {
      // each listener has ticket keys of its own
      await withListener('ticket', async (listener, port) => {
        const client = startClient(port, { kind: 'ecdsaP256', args: [args, session] })
        try {
          const end = await listener.connection(0)
          expectResumed(await end.established(), undefined, 'client')
          await converse(end, client)
        } finally {
          await client.stop()
        }
      })
    }
  })
})

const serv = program('gnutls-serv', '--version')
const cli = program('gnutls-cli', '--version')
const PRIORITY = ['--priority', 'NORMAL:-VERS-ALL:+VERS-TLS1.2']
const gnutlsFiles = (side: 'client' | 'server'): string[] => {
  const { chainPath, keyPath } = pki[side].ecdsaP256
  return ['--x509certfile', chainPath, '--x509keyfile', keyPath, '--x509cafile', pki.ca.certPath]
}

describe(`resumption with ${versionOf(serv, '--version')}`, { timeout: TEST_TIMEOUT }, () => {
  test.skipIf(serv === undefined).each(kinds)('our client: by %s', async (by) => {
    const port = await freePort()
    const server = new Program('gnutls-serv', [
      ...['--port', `${port}`, '--echo', '--require-client-cert', '--verify-client-cert', ...gnutlsFiles('server')],
      ...(by === 'ticket' ? [] : ['--noticket']),
      ...PRIORITY,
    ])
    try {
      await answering(server, port)
      await resumeThrice(by, port, same)
    } finally {
      await server.stop()
    }
  })

  test.skipIf(cli === undefined).each(kinds)('our server: by %s', (by) =>
    withListener(by, async (listener, port) => {
      const client = new Program('gnutls-cli', [
        ...['--port', `${port}`, '--resume', ...gnutlsFiles('client'), ...PRIORITY],
        ...(by === 'ticket' ? [] : ['--noticket']),
        ...['--verify-hostname', 'localhost', '--sni-hostname', 'localhost', '127.0.0.1'],
      ])
      try {
        for (const round of [0, 1]) {
          const end = await listener.connection(round)
          expectResumed(await end.established(), round === 0 ? undefined : by, 'client')
          if (round === 0) await end.closedByPeer()
          else await converse(end, client)
          expect(end.fault).toBeUndefined()
        }
        await client.says(/This is a resumed session/)
      } finally {
        await client.stop()
      }
    }),
  )
})

/** Node has no sessions by id at a server, unless the application keeps them. */
function nodeServer(by: By) {
  const sessions = new Map<string, Buffer>()
  const reused: boolean[] = []
  const { keyPem: key, chainPem: cert } = pki.server.ecdsaP256
  const server = createServer({
    ...{ key, cert, ca: pki.ca.certPem, requestCert: true, maxVersion: 'TLSv1.2' },
    ...(by === 'ticket' ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
  })
  server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
    sessions.set(id.toString('hex'), data)
    done()
  })
  server.on('resumeSession', (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) => {
    done(null, sessions.get(id.toString('hex')) ?? null)
  })
  server.on('secureConnection', (socket) => {
    reused.push(socket.isSessionReused() && socket.authorized)
    socket.on('data', (data: Buffer) => socket.write(data))
    socket.on('error', () => {})
  })
  return { server, reused }
}

describe(`resumption with node:tls of ${process.version}`, { timeout: TEST_TIMEOUT }, () => {
  describe.each(kinds)('by %s', (by) => {
    const { server, reused } = nodeServer(by)
    beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)))
    afterAll(() => void server.close())

    test('our client, tls.createServer', async () => {
      await resumeThrice(by, (server.address() as AddressInfo).port, same) // listening on TCP, so never a path
      expect(reused).toEqual([false, true, true])
    })

    test('our server, tls.connect', () =>
      withListener(by, async (listener, port) => {
        const { keyPem: key, chainPem: cert } = pki.client.ecdsaP256
        const options: ConnectionOptions = {
          ...{ port, host: '127.0.0.1', servername: 'localhost', key, cert, ca: pki.ca.certPem, maxVersion: 'TLSv1.2' },
          ...(by === 'ticket' ? {} : { secureOptions: constants.SSL_OP_NO_TICKET }),
        }
        let session: Buffer | undefined
        for (const round of [0, 1, 2]) {
          const socket = await new Promise<TLSSocket>((resolve, reject) => {
            const connecting = connect({ ...options, ...(session === undefined ? {} : { session }) }, () =>
              resolve(connecting),
            )
            connecting.once('error', reject)
          })
          const end = await listener.connection(round)
          expectResumed(await end.established(), round === 0 ? undefined : by, 'client')
          expect([socket.isSessionReused(), socket.authorized]).toEqual([round > 0, true])
          session = socket.getSession()
          socket.end('done')
          await end.receives('done')
          await end.closedByPeer()
          expect(end.fault).toBeUndefined()
        }
      }))
  })
})
