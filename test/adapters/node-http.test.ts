import http from 'node:http'
import https from 'node:https'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accept, connect, type TlsDuplex } from '../../src/adapters/node/index.js'
import { mutual, noble, pinTo } from '../support/endpoints.js'
import { type Loopback, loopback, memoryPair, pattern } from './support.js'

const { client, server } = mutual('ecdsaP256')

/** Who asked, told by the certificate, and what they sent. */
function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  const stream = request.socket as unknown as TlsDuplex // Node's types know no other stream than a socket here
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('x-authorized', String(stream.authorized))
    response.end(Buffer.concat(chunks))
  })
}

const web = http.createServer(answer)
let listening: Loopback
let connections = 0
beforeAll(async () => {
  listening = await loopback((socket) => {
    connections++
    web.emit(
      'connection',
      accept(socket, noble, server).on('error', () => {}),
    )
  })
})
afterAll(() => listening.close())

interface Answer {
  readonly status: number | undefined
  readonly authorized: unknown
  readonly body: Buffer
}

const ask = (options: https.RequestOptions, body: Uint8Array): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const request = https.request({ host: 'localhost', method: 'POST', ...options }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode: status, headers } = response
        resolve({ status, authorized: headers['x-authorized'], body: Buffer.concat(chunks) })
      })
    })
    request.on('error', reject)
    request.end(body)
  })

const dial = (): TlsDuplex => connect(listening.connect(), noble, client)

describe('HTTP of Node over the stream, client and server', () => {
  test('https.request({ createConnection }) and http.Server.emit("connection")', async () => {
    const body = pattern(300_000)
    const { status, authorized, body: echoed } = await ask({ createConnection: dial }, body)
    expect([status, authorized]).toEqual([200, 'true'])
    expect(echoed.equals(body)).toBe(true)
  })

  test('an agent with keepAlive uses one connection for many requests', async () => {
    class Agent extends https.Agent {
      override createConnection(): Duplex {
        return dial()
      }
    }
    const agent = new Agent({ keepAlive: true, maxSockets: 1, timeout: 5_000 })
    const before = connections
    for (let count = 0; count < 4; count++) {
      const { body } = await ask({ agent }, pattern(count + 1))
      expect(body.equals(pattern(count + 1))).toBe(true)
    }
    expect(connections - before).toBe(1)
    agent.destroy()
  })

  test('a request to a server that is not the pinned one fails, and none of it leaves', async () => {
    const { left, right } = memoryPair()
    const received: unknown[] = []
    const other = http.createServer((request) => received.push(request))
    other.emit(
      'connection',
      accept(right, noble, server).on('error', () => {}),
    )
    const createConnection = () => connect(left, noble, { ...client, verifier: pinTo('server', 'rsa') })
    await expect(ask({ createConnection }, pattern(10))).rejects.toMatchObject({ code: 'certificate_not_pinned' })
    expect(Buffer.concat(left.sent).includes('POST')).toBe(false)
    expect(received).toEqual([])
  })

  test('a time limit of the request works through the stream', async () => {
    const silent = await loopback(() => {})
    try {
      const asked = new Promise<string>((resolve) => {
        const createConnection = () => connect(silent.connect(), noble, client)
        const request = https.request({ host: 'localhost', createConnection }).setTimeout(50)
        request.on('timeout', () => {
          resolve('timeout')
          request.destroy()
        })
        request.on('error', () => {})
        request.end()
      })
      expect(await asked).toBe('timeout')
    } finally {
      await silent.close()
    }
  })
})
