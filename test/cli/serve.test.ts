import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { program } from '../support/outside.js'
import { pki } from '../support/pki.js'
import { connectHere, runProcess, type Serving, startServe, until } from './run.js'

const scratch = mkdtempSync(join(tmpdir(), 'tls12-serve-'))
const [server, client] = [pki.server.ecdsaP256, pki.client.rsa]
const own = ['--cert', server.chainPath, '--key', server.keyPath]
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const call = (file: string, args: readonly string[], input = '') =>
  new Promise<{ failed: boolean; out: string; err: string }>((resolve) => {
    const child = execFile(file, [...args], { timeout: 15_000 }, (error, out, err) =>
      resolve({ failed: error !== null, out, err }),
    )
    child.stdin?.end(input)
  })

/** Node's own TLS as a client: what it was answered. */
function ask(
  port: number,
  request: string,
  options: { cert?: string; key?: string; servername?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2', ...options })
    socket.once('secureConnect', () => socket.write(request))
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
    })
    socket.once('end', () => resolve(answer)).once('error', reject)
  })
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

describe('serve --http', () => {
  let serving: Serving
  const log = join(scratch, 'keys')
  beforeAll(async () => {
    const clients = ['--client-auth', 'request', '--pin', client.certPath]
    const others = ['--alpn', 'http/1.1', '--key-log', log, '--cipher-suites', 'all', '--handshake-timeout', '1.5']
    serving = await startServe('--http', ...own, ...clients, ...others)
  }, 20_000)
  afterAll(async () => {
    await serving.stop()
  })

  it('answers a GET, names what was negotiated, and closes', async () => {
    const answer = await ask(serving.port, GET, { servername: 'localhost' })
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(head).toContain('\r\nConnection: close')
    expect(head).toContain(`\r\nContent-Length: ${Buffer.byteLength(body)}`)
    expect(body).toMatch(/<td>TLS_ECDHE_ECDSA_WITH_\w+<\/td>/)
    expect(body).toContain('<td>localhost</td>')
    expect(body).toContain('the client is not authenticated')
  })

  it.each([
    ['bare line feeds', 'GET / HTTP/1.0\n\n'],
    ['a blank line before it', '\r\nGET / HTTP/1.0\r\n\r\n'],
    ['headers', 'GET /x HTTP/1.1\nHost: a\r\nAccept: */*\n\n'],
  ])('answers with %s', async (_name, request) => {
    expect(await ask(serving.port, request)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*<\/html>\n$/)
  })

  it('waits for the blank line', async () => {
    const socket = connectTls({
      port: serving.port,
      host: '127.0.0.1',
      rejectUnauthorized: false,
      maxVersion: 'TLSv1.2',
    })
    let answer = ''
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString()
    })
    const ended = new Promise((resolve) => socket.once('end', resolve))
    for (const piece of ['GE', 'T / HTTP/1.0\n', 'A: b\r', '\n']) {
      socket.write(piece)
      await new Promise((resolve) => setTimeout(resolve, 60))
      expect(answer).toBe('')
    }
    socket.write('\n')
    await ended
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/)
  })

  it.each([
    ['POST / HTTP/1.1\r\n\r\n', /^HTTP\/1\.1 405 [\s\S]*\r\nAllow: GET\r\n/],
    ['<script>alert(1)</script>\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['x'.repeat(20_000), /^HTTP\/1\.1 400 /],
  ])('refuses %.20j and goes on', async (request, expected) => {
    const answer = await ask(serving.port, request)
    expect(answer).toMatch(expected)
    expect(answer).not.toContain('script')
  })

  it('names a client that authenticated itself, and refuses others', async () => {
    const page = await ask(serving.port, GET, { cert: client.certPem, key: client.keyPem })
    expect(page).toContain('the client is authenticated by its signature (checked: pin)')
    expect(page).toContain('CN=tls12 test client RSA')
    const other = pki.client.ecdsaP256
    await expect(ask(serving.port, GET, { cert: other.certPem, key: other.keyPem })).rejects.toThrow(
      /certificate unknown/,
    )
  })

  it('keeps its key log, readable by its owner only', async () => {
    await ask(serving.port, GET)
    const lines = readFileSync(log, 'latin1').trim().split('\n')
    for (const line of lines) expect(line).toMatch(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/)
    expect(statSync(log).mode & 0o077).toBe(0)
  })

  it('survives bad clients, and ends those that are too slow', async () => {
    const open = (): Socket =>
      connectTcp(serving.port, '127.0.0.1')
        .on('error', () => {})
        .resume()
    const bad = Array.from({ length: 8 }, open)
    bad[0]?.end('GET / HTTP/1.0\r\n\r\n')
    bad[1]?.write(Uint8Array.of(0x80, 0x2e, 1, 0, 2)) // an SSL 2.0 hello begins so
    bad[2]?.write(Uint8Array.of(22, 3, 1, 0xff, 0xff)) // a record that is too long
    bad[3]?.write(Uint8Array.of(22, 3, 1, 0, 4, 1, 0xff, 0xff, 0xff)) // a message that is too long
    bad[4]?.write(Uint8Array.of(22, 3)) // and silence
    bad[5]?.end(Uint8Array.of(22, 3, 1)) // half-open
    bad[6]?.write(Uint8Array.of(21, 3, 3, 0, 2, 2, 40))
    bad[7]?.once('connect', () => bad[7]?.resetAndDestroy())
    const silent = open()
    // All at once, and good ones among them.
    const pages = await Promise.all(Array.from({ length: 12 }, () => ask(serving.port, GET)))
    for (const page of pages) expect(page).toMatch(/^HTTP\/1\.1 200 OK/)
    for (const socket of [bad[4], silent]) {
      if (socket !== undefined) await until(() => socket.readableEnded || socket.destroyed, 'the time limit')
    }
    expect(serving.err()).toContain('handshake_timeout')
    for (const socket of [...bad, silent]) socket.destroy()
    expect(await ask(serving.port, GET)).toMatch(/^HTTP\/1\.1 200 OK/)
  }, 20_000)

  const curl = ((): string | undefined => {
    const found = spawnSync('curl', ['--version']).error === undefined
    return found ? 'curl' : undefined
  })()
  it.skipIf(curl === undefined)(
    curl === undefined ? 'talks to curl (there is no curl here)' : 'talks to curl',
    async () => {
      const url = `https://127.0.0.1:${serving.port}/`
      const flags = ['--silent', '--show-error', '--insecure', '--tlsv1.2', '--tls-max', '1.2']
      const identity = ['--cert', client.certPath, '--key', client.keyPath]
      const { failed, out, err } = await call('curl', [...flags, ...identity, url])
      expect({ failed, err }).toEqual({ failed: false, err: '' })
      expect(out).toContain('the client is authenticated by its signature')
    },
    20_000,
  )

  const openssl = program('openssl')
  it.skipIf(openssl === undefined)(
    openssl === undefined ? 'talks to openssl (there is no openssl here)' : 'talks to openssl',
    async () => {
      const suites = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-SHA']
      for (const suite of suites) {
        const to = ['s_client', '-connect', `127.0.0.1:${serving.port}`, '-tls1_2', '-quiet', '-cipher', suite]
        const identity = ['-cert', client.certPath, '-key', client.keyPath, '-alpn', 'h2,http/1.1']
        const { out } = await call('openssl', [...to, ...identity], 'GET / HTTP/1.0\n\n')
        expect(out).toMatch(/^HTTP\/1\.1 200 OK/)
        expect(out).toContain('<td>http/1.1</td>')
        expect(out).toContain('CN=tls12 test client RSA')
      }
    },
    20_000,
  )
})

describe('serve and connect', () => {
  let serving: Serving | undefined
  afterEach(async () => {
    await serving?.stop()
    serving = undefined
  })

  it('carry any bytes both ways, and close cleanly', async () => {
    serving = await startServe(...own, '--client-auth', 'require', '--pin', client.certPath)
    const data = Buffer.alloc(300_000)
    for (let at = 0; at < data.length; at++) data[at] = (at * 7 + (at >> 8)) & 0xff
    const identity = ['--cert', client.chainPath, '--key', client.keyPath]
    const argv = ['connect', `127.0.0.1:${serving.port}`, ...identity, '--pin', server.certPath]
    const { code, bytes, err } = await runProcess(argv, data)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(bytes.equals(data)).toBe(true)
    await until(() => serving?.err().includes(': closed'), 'the end')
    expect(serving.err()).toContain('the client is authenticated by its signature (checked: pin)')
    expect(serving.err()).not.toMatch(/truncated|aborted|EPIPE/)

    const shown = await connectHere([...argv.slice(1), '--show', '--groups', 'secp256r1'], 'hello\n')
    expect({ code: shown.code, out: shown.out }).toEqual({ code: 0, out: 'hello\n' })
    expect(shown.err).toContain('Certificate verify')
    expect(shown.err).toMatch(/group +secp256r1\n/)
    expect(shown.err).toContain('pinned key matched; chain, expiry, revocation: not checked')
    expect(shown.err).toMatch(/Application data from the server +application_data, 6 bytes/)
    expect(shown.err).not.toContain('hello\n')
    expect(shown.err).not.toContain('\u001b')
  }, 30_000)

  it('fail with one line and 1', async () => {
    serving = await startServe('--client-auth', 'require')
    expect(serving.err()).toMatch(
      /no --cert: using test certificates[\s\S]*no --ca and no --pin: every client certificate will be refused/,
    )
    const to = [`127.0.0.1:${serving.port}`]
    const pins = ['--pin', server.certPath, '--pin', pki.server.rsa.certPath]
    const identity = ['--cert', client.chainPath, '--key', client.keyPath]
    const runs = await Promise.all([
      connectHere(to, 'x'),
      connectHere([...to, '--pin', pki.impostor.server.ecdsaP256.certPath], 'x'),
      connectHere([...to, ...pins], 'x'),
      connectHere([...to, ...pins, ...identity], 'x'),
      connectHere([...to, ...pins, '--cipher-suites', 'TLS_RSA_WITH_AES_128_GCM_SHA256'], 'x'),
      connectHere(['127.0.0.1:1', ...pins], 'x'),
      runProcess(['connect', ...to], 'x'),
    ])
    expect(runs.map(({ code, out }) => ({ code, out }))).toEqual(runs.map(() => ({ code: 1, out: '' })))
    const expected = [
      /certificate_no_verifier: .*--pin sha256\//,
      /certificate_not_pinned: /,
      /alert_received: .*handshake_failure/,
      /alert_received: .*certificate_unknown/,
      /alert_received: .*handshake_failure/,
      /ECONNREFUSED/,
      /certificate_no_verifier: /,
    ]
    for (const [index, message] of expected.entries()) {
      expect(runs[index]?.err).toMatch(message)
      expect(runs[index]?.err).toMatch(/^tls12 connect: [^\n]*\n$/)
    }
  }, 30_000)
})
